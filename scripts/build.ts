import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildPage } from '../server/export/build-page.ts'
import { buildPages } from '../server/http/build-pages.ts'

/**
 * `npm run build`: the dashboard's pages, which the server builds at its first start otherwise, and the page of bundles into
 * `dist/page`, to be looked at and checked; an export builds that for itself.
 */

const out = fileURLToPath(new URL('../dist/page/', import.meta.url))
const started = performance.now()
await buildPages(console.log)
const files = await buildPage()
await rm(out, { recursive: true, force: true })
for (const { path, bytes } of files) {
  await mkdir(dirname(join(out, path)), { recursive: true })
  await writeFile(join(out, path), bytes)
  console.log(`${(bytes.length / 1e3).toFixed(0).padStart(6)} kB  dist/page/${path}`)
}
console.log(`Built in ${((performance.now() - started) / 1000).toFixed(1)} s`)
