import { Problem } from '../../../lib/problem.ts'

/** The part of a fetch that a Problem speaks of. */
export type Fetched = {
  readonly title: string
  readonly address: (revision: string | undefined) => URL
  readonly revision?: string | undefined
  readonly byHand: string
}

/** Whether there is no way to the other end: trying again at once would not help. */
export function isOffline(thrown: unknown): boolean {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  return OFFLINE.test(code)
}

const OFFLINE =
  /^(ENOTFOUND|EAI_|ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|CERT_|ERR_TLS|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO)/

export function unreachable({ title, address, revision, byHand }: Fetched, cause: unknown): Problem {
  return new Problem('weights/unreachable', {
    says: `${title} can't be fetched from ${address(revision).host}: ${wordsOf(cause)}.`,
    advice: `Check the network; behind a proxy set HTTPS_PROXY, for a mirror WHIPPET_WEIGHTS_HOME. ${byHand}`,
    cause,
  })
}

export function refused({ title, address, revision, byHand }: Fetched, status: number): Problem {
  const { host } = address(revision)
  const why = status === 404 || status === 410 ? 'has no such file' : 'does not give them out'
  return new Problem('weights/refused', {
    says: `${title} can't be fetched: ${host} ${why} (${status}).`,
    advice: byHand,
  })
}

export function cut({ title, byHand }: Fetched, bytes: number, cause: unknown): Problem {
  return new Problem('weights/cut', {
    says: `${title} did not arrive whole: the download stopped again and again at ${(bytes / 1e6).toFixed(1)} MB (${wordsOf(cause)}).`,
    advice: `Do it again: it goes on from there. ${byHand}`,
    cause,
  })
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : ''
  return error.message || code || error.name
}
