import type { IncomingHttpHeaders } from 'node:http'
import type { AdminToken } from './admin-token.ts'

/** Who asks: someone who may do everything, or someone who may see what is public, or shared with them. */
export type Visitor = 'admin' | 'stranger'

export const COOKIE = 'whippet'

/** `token`: undefined where only this machine can reach the server, and so nobody needs one. */
export function visitorOf(headers: IncomingHttpHeaders, token: AdminToken | undefined): Visitor {
  if (!token) return 'admin'
  const shown = bearer(headers.authorization) ?? cookie(headers.cookie)
  return shown !== undefined && token.matches(shown) ? 'admin' : 'stranger'
}

function bearer(authorization: string | undefined): string | undefined {
  return /^Bearer ([\w-]{1,200})$/i.exec(authorization ?? '')?.[1]
}

function cookie(header: string | undefined): string | undefined {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim())
  return pairs.find((pair) => pair.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1)
}
