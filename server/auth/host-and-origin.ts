import type { IncomingHttpHeaders } from 'node:http'
import { Problem } from '../../lib/problem.ts'
import { isLoopback } from '../settings.ts'

/**
 * A page elsewhere can make a browser ask a name of its own that leads here (DNS rebinding): a server without a login
 * answers only to this machine's own names.
 */
export function strangeHost({ host }: IncomingHttpHeaders, guarded: boolean): Problem | undefined {
  const name = hostName(host)
  if (name !== undefined && (guarded || isLoopback(name))) return undefined
  return new Problem('auth/host', {
    says: `This server doesn't answer to the name "${(host ?? '').slice(0, 100)}".`,
    advice: 'Open it as http://localhost with its port.',
  })
}

/** What changes something, and every socket, must come from our own pages or from no page at all. */
export function strangeOrigin(headers: IncomingHttpHeaders): Problem | undefined {
  const { origin, host } = headers
  const site = headers['sec-fetch-site']
  const own =
    origin === undefined
      ? site === undefined || site === 'same-origin' || site === 'none'
      : originHost(origin) === host?.toLowerCase()
  if (own) return undefined
  return new Problem('auth/origin', {
    says: 'This request comes from a page of another site.',
    advice: 'Use the pages of this server, or a program that sends no Origin.',
  })
}

function originHost(origin: string): string | undefined {
  return URL.canParse(origin) && /^https?:/i.test(origin) ? new URL(origin).host : undefined
}

/** The name without the port; undefined where the header is none. */
function hostName(host: string | undefined): string | undefined {
  if (!host || !/^[\w.:[\]-]+$/.test(host) || !URL.canParse(`http://${host}`)) return undefined
  return new URL(`http://${host}`).hostname
}
