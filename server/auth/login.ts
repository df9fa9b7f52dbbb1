import type { ServerResponse } from 'node:http'
import { escaped } from '../http/holding-page.ts'
import type { AdminToken } from './admin-token.ts'
import { COOKIE } from './visitor.ts'

const THIRTY_DAYS_S = 30 * 24 * 3600

/** A path of ours to go on with; anything else leads home. */
export function safePath(next: string | null | undefined): string {
  return next && /^\/(?![/\\])[\x21-\x7e]*$/.test(next) && !next.includes('\\') ? next : '/'
}

/**
 * Lets in whoever shows the admin token, and leads on to `next`. The page that leads on is our own: a cookie that is only
 * sent on the same site would be missing after a redirect that another site began.
 */
export function answerLogin(response: ServerResponse, token: AdminToken, shown: string, next: string): void {
  if (!token.matches(shown)) {
    askForToken(response, next, { refused: true })
    return
  }
  response.statusCode = 200
  response.setHeader(
    'set-cookie',
    `${COOKIE}=${shown}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${THIRTY_DAYS_S}`,
  )
  response.setHeader('refresh', `0; url=${next}`)
  page(response, `<p>You are in. <a href="${escaped(next)}">Go on</a></p>`)
}

/** The page that asks for the token. */
export function askForToken(response: ServerResponse, next: string, { refused = false } = {}): void {
  response.statusCode = refused ? 403 : 401
  page(
    response,
    `<form method="post" action="/login">
      <h1>Whippet</h1>
      ${refused ? '<p role="alert">That is not the token of this server.</p>' : ''}
      <label for="token">Admin token</label>
      <input id="token" name="token" type="password" autocomplete="current-password" autofocus required>
      <input type="hidden" name="next" value="${escaped(next)}">
      <button>Log in</button>
      <p>The server printed it when it was started for the first time. <code>whippet serve --new-token</code> makes another.</p>
    </form>`,
  )
}

function page(response: ServerResponse, body: string): void {
  response.setHeader('content-type', 'text/html; charset=utf-8')
  response.setHeader('cache-control', 'no-store')
  response.end(`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Whippet</title><style>${STYLE}</style></head>
<body><main>${body}</main></body>
</html>
`)
}

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
main { max-width: 22rem; margin: 18vh auto 0; padding: 0 1rem }
h1 { font-size: 1.2rem; margin: 0 0 1rem }
label, input { display: block; width: 100%; box-sizing: border-box }
input { margin: .25rem 0 .75rem; padding: .5rem .6rem; font: inherit; border: 1px solid #8886; border-radius: 6px }
button { font: inherit; padding: .45rem 1rem; border: 0; border-radius: 6px; background: CanvasText; color: Canvas; cursor: pointer }
p { opacity: .75 }`
