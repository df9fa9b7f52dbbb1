import type { BundleFile } from '../../export/manifest.ts'

/** Where a file of a bundle is fetched from: named by its content, so that no cache can hold another version of it. */
export function fileUrl(base: string, { path, sha256 }: BundleFile): string {
  const url = new URL(path, base)
  url.searchParams.set('sha256', sha256)
  return url.href
}
