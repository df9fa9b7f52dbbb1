import { createHmac, timingSafeEqual } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import type { Alert } from '../../lib/alerts/alert.ts'
import { Problem } from '../../lib/problem.ts'
import type { AlertSettings } from './settings.ts'

const TIMEOUT_MS = 10_000

/**
 * Sends one alert, once. Any 2xx counts as received; nothing of the answer but its status is read, and no redirect is
 * followed.
 *
 * @throws Problem `alerts/undelivered`, `alerts/forbidden-address`.
 */
export async function sendAlert(
  alert: Alert,
  { url, secret }: Pick<AlertSettings, 'url' | 'secret'>,
  timeoutMs = TIMEOUT_MS,
): Promise<void> {
  const body = JSON.stringify(alert)
  const at = Math.floor(Date.now() / 1000)
  try {
    await demandAllowed(new URL(url).hostname)
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Whippet',
        'whippet-alert': alert.id,
        'whippet-signature': `t=${at},v1=${signatureOf(secret, at, body)}`,
      },
      body,
    })
    await response.body?.cancel()
    if (!response.ok) throw undelivered(url, `it answered ${response.status}`)
  } catch (thrown) {
    throw thrown instanceof Problem ? thrown : undelivered(url, reasonOf(thrown), thrown)
  }
}

/** HMAC-SHA256 over `time.body`, hex: with the time in it, an old alert can't be sent again by someone else. */
export function signatureOf(secret: string, at: number, body: string): string {
  return createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')
}

/** What a receiver does: whether a `whippet-signature` header is ours, and not older than `toleranceS`. */
export function isSigned(
  header: string,
  body: string,
  secret: string,
  { now = Date.now() / 1000, toleranceS = 300 } = {},
): boolean {
  const found = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header)
  if (!found || Math.abs(now - Number(found[1])) > toleranceS) return false
  return timingSafeEqual(
    Buffer.from(found[2]!, 'hex'),
    Buffer.from(signatureOf(secret, Number(found[1]), body), 'hex'),
  )
}

/** Link-local addresses are those of the machine's own cloud: its credentials are served there. */
const FORBIDDEN = new BlockList()
FORBIDDEN.addSubnet('169.254.0.0', 16, 'ipv4')
FORBIDDEN.addSubnet('fe80::', 10, 'ipv6')
FORBIDDEN.addAddress('fd00:ec2::254', 'ipv6')

async function demandAllowed(hostname: string): Promise<void> {
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  const addresses = isIP(host) ? [{ address: host }] : await lookup(host, { all: true })
  if (!addresses.some(({ address }) => FORBIDDEN.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')))
    return
  throw new Problem('alerts/forbidden-address', {
    says: `Alerts are not sent to ${hostname}: it is a link-local address.`,
    advice: 'Name another one with "whippet alerts set URL".',
  })
}

function reasonOf(thrown: unknown): string {
  if (thrown instanceof Error && thrown.name === 'TimeoutError') return 'it did not answer in time'
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown
  return cause instanceof Error ? cause.message : String(cause)
}

/** The address may hold a secret of its own, so only its host is told. */
function undelivered(url: string, why: string, cause?: unknown): Problem {
  return new Problem('alerts/undelivered', {
    says: `The alert could not be delivered to ${new URL(url).host}: ${why}.`,
    advice: 'It is tried again; "whippet alerts test" tries at once.',
    cause,
  })
}
