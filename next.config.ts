import type { NextConfig } from 'next'

/** The pages; `server/main` starts Next inside its own HTTP server. */
export default {
  distDir: '.next',
  poweredByHeader: false,
  reactStrictMode: true,
  /** Pictures are shown as they are stored: thumbnails are made at import. */
  images: { unoptimized: true },
  devIndicators: false,
  /** `npm run typecheck` does it once for all of the project, pages included. */
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: ['sharp', 'onnxruntime-node', '@electric-sql/pglite', 'pg'],
} satisfies NextConfig
