import type { ServerResponse } from 'node:http'
import type { Problem } from '../../lib/problem.ts'

const AGAIN_S = 2

/** Stands in for a page while the pages are being built; it loads itself again until they are there. */
export function holdingPage(response: ServerResponse, trouble: Problem | undefined): void {
  response.statusCode = trouble ? 500 : 503
  response.setHeader('content-type', 'text/html; charset=utf-8')
  response.setHeader('cache-control', 'no-store')
  if (!trouble) response.setHeader('refresh', String(AGAIN_S))
  const text = trouble
    ? `<p>${escaped(trouble.says)}</p><pre>${escaped(trouble.advice ?? '')}</pre>`
    : '<p>The pages are being built, which happens once. This one comes by itself as soon as it is ready.</p>'
  response.end(`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Whippet</title>
<style>:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif } main { max-width: 40rem; margin: 18vh auto 0; padding: 0 1rem } pre { overflow: auto }</style></head>
<body><main><h1>Whippet</h1>${text}</main></body>
</html>
`)
}

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
