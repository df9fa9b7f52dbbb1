import type { Opened } from '../../lib/classify/browser/device.ts'
import { fileUrl } from '../../lib/classify/browser/file-url.ts'

/**
 * Keeps this page, what it is made of and its model for visits without a network. Browsers allow it over https and on
 * localhost only; in development files change under the same name, so nothing is kept.
 */
export function keepOffline(bundleUrl: string, opened: Opened): void {
  if (process.env.NODE_ENV !== 'production' || !('serviceWorker' in navigator)) return
  // A shared run's address is a secret that may end: nothing of it stays behind.
  if (location.pathname.startsWith('/s/')) return
  void keep(bundleUrl, opened).catch((thrown) =>
    console.warn('This page is not kept for offline use.', thrown),
  )
}

async function keep(bundleUrl: string, { manifest, loaded }: Opened): Promise<void> {
  await navigator.serviceWorker.register('/sw.js', { scope: '/' })
  const { active } = await navigator.serviceWorker.ready
  const base = new URL(`${bundleUrl}/`, location.href).href
  const model = manifest.models[0]
  active?.postMessage({
    type: 'keep',
    page: location.pathname,
    files: [
      ...staticFiles(loaded),
      new URL('model.json', base).href,
      new URL('README.md', base).href,
      ...(model?.files ?? []).map((file) => fileUrl(base, file)),
    ],
  })
}

/** What page and worker have loaded of the build: scripts, styles, fonts, WebAssembly. */
function staticFiles(byWorker: readonly string[]): string[] {
  const byPage = performance.getEntriesByType('resource').map(({ name }) => name)
  const scripts = [...document.querySelectorAll<HTMLScriptElement>('script[src]')].map(({ src }) => src)
  return [...new Set([...byPage, ...scripts, ...byWorker])].filter((url) =>
    url.startsWith(`${location.origin}/_next/static/`),
  )
}
