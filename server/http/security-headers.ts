import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** Headers that every answer carries, whatever it is. */
export function secure(response: ServerResponse): void {
  response.setHeader('x-content-type-options', 'nosniff')
  response.setHeader('referrer-policy', 'no-referrer')
  response.setHeader('cross-origin-resource-policy', 'same-origin')
  response.setHeader('x-frame-options', 'DENY')
  response.setHeader('content-security-policy', "default-src 'none'; frame-ancestors 'none'; sandbox")
}

/**
 * What a page may load: scripts of ours and those with this answer's nonce, which Next and the layout read from the
 * request. Styles may stand in attributes: React writes widths of bars and curves there.
 */
export function securePage(
  request: IncomingMessage,
  response: ServerResponse,
  { dev }: { dev: boolean },
): void {
  const nonce = randomBytes(16).toString('base64')
  const policy = pagePolicy([`'nonce-${nonce}'`, ...(dev ? ["'unsafe-eval'"] : [])])
  request.headers['content-security-policy'] = policy
  request.headers['x-nonce'] = nonce
  response.setHeader('content-security-policy', policy)
}

/** The same for a page without a script of its own in it: the page of a bundle, the login. */
export function secureStaticPage(response: ServerResponse): void {
  response.setHeader('content-security-policy', pagePolicy([]))
}

function pagePolicy(scripts: readonly string[]): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'wasm-unsafe-eval' ${scripts.join(' ')}`.trim(),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}
