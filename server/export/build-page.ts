import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const source = fileURLToPath(new URL('../../lib/export/page/', import.meta.url))

/** A file of a bundle, by its path inside. */
export type PageFile = { readonly path: string; readonly bytes: Uint8Array }

/**
 * The page of a bundle: `index.html`, `style.css`, `classify.js` with the backends in files that are loaded when needed,
 * and tfjs's WebAssembly files. Takes about half a second; needs nothing built before.
 */
export async function buildPage(): Promise<PageFile[]> {
  const result = await build({
    entryPoints: [join(source, 'classify.ts')],
    outdir: '/',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    write: false,
    legalComments: 'none',
    chunkNames: 'js/[name]-[hash]',
    // tfjs asks for these in code that only Node reaches.
    external: [
      'fs',
      'path',
      'os',
      'util',
      'crypto',
      'worker_threads',
      'perf_hooks',
      'node-fetch',
      'string_decoder',
    ],
    logLevel: 'silent',
  })
  const scripts = result.outputFiles.map(({ path, contents }) => ({ path: path.slice(1), bytes: contents }))
  const plain = ['index.html', 'style.css'].map(async (name) => fileAt(name, join(source, name)))
  return [...(await Promise.all(plain)), ...scripts, ...(await wasmFiles())]
}

async function wasmFiles(): Promise<PageFile[]> {
  const folder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))
  const names = (await readdir(folder)).filter((name) => name.endsWith('.wasm'))
  return Promise.all(names.map((name) => fileAt(`wasm/${basename(name)}`, join(folder, name))))
}

async function fileAt(path: string, file: string): Promise<PageFile> {
  return { path, bytes: await readFile(file) }
}
