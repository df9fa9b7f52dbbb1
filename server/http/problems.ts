import { Problem } from '../../lib/problem.ts'

/** The status of an answer that says what went wrong. */
export type ProblemStatus = 400 | 401 | 403 | 404 | 405 | 409 | 413 | 422 | 500 | 503 | 507

const STATUSES: Readonly<Record<string, ProblemStatus>> = {
  'auth/token': 401,
  'auth/host': 403,
  'auth/origin': 403,
  'server/not-found': 404,
  'blobs/gone': 404,
  'server/method': 405,
  'server/bad-request': 400,
  'server/too-large': 413,
  'runs/not-running': 409,
  'runs/ambiguous': 409,
  'tunes/over': 409,
  'tunes/ambiguous': 409,
  'queue/not-waiting': 409,
  'runs/no-model': 409,
  'models/not-over': 409,
  'models/not-ready': 409,
  'weights/absent': 409,
  'models/busy': 503,
  'views/busy': 503,
  'views/died': 500,
  'store/disk-full': 507,
  'blobs/disk-full': 507,
  'uploads/no-room': 507,
}

/** What is not listed: nothing of that name is there, our own trouble, or a request that can't be done as it stands. */
export function statusOf({ code }: Pick<Problem, 'code'>): ProblemStatus {
  const listed = STATUSES[code]
  if (listed) return listed
  if (code.endsWith('/unknown') || code.endsWith('/unknown-upload')) return 404
  if (code.startsWith('internal/') || code.endsWith('/damaged')) return 500
  if (code.startsWith('store/') || code.startsWith('owner/')) return 503
  return 422
}

export function notFound(path: string): Problem {
  return new Problem('server/not-found', { says: `There is nothing at ${path.slice(0, 200)}.` })
}

export function tooLarge(limit: string): Problem {
  return new Problem('server/too-large', {
    says: `The request is larger than ${limit}.`,
    advice: 'Send less at once.',
  })
}
