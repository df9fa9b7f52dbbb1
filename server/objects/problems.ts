import { Problem } from '../../lib/problem.ts'

const wordsOf = (cause: unknown) => (cause instanceof Error ? cause.message || cause.name : String(cause))

export function unreachable(place: string, cause: unknown): Problem {
  return new Problem('objects/unreachable', {
    says: `The shared store ${place} can't be reached: ${wordsOf(cause)}.`,
    advice: 'Check WHIPPET_BLOBS, and for S3 AWS_ENDPOINT_URL and AWS_REGION; then do it again.',
    cause,
  })
}

export function denied(place: string, cause: unknown): Problem {
  return new Problem('objects/denied', {
    says: `The shared store ${place} refuses: ${wordsOf(cause)}.`,
    advice:
      'Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and that they may read, write and list there.',
    cause,
  })
}

export function noBucket(place: string, cause: unknown): Problem {
  return new Problem('objects/no-bucket', {
    says: `There is no bucket for ${place}.`,
    advice: 'Make it, or correct WHIPPET_BLOBS.',
    cause,
  })
}

export function full(place: string, cause: unknown): Problem {
  return new Problem('objects/full', {
    says: `The shared store ${place} is full.`,
    advice: 'Free some space there and do it again.',
    cause,
  })
}

export function badAddress(address: string): Problem {
  return new Problem('objects/bad-address', {
    says: `"${address}" is no place for shared files.`,
    advice:
      'Set WHIPPET_BLOBS to s3://bucket/folder, or to the absolute path of a folder that all machines mount.',
  })
}

export function damaged(place: string, key: string): Problem {
  return new Problem('objects/damaged', {
    says: `What ${place} has under ${key} is incomplete or damaged.`,
    advice: 'Start the run again; if it happens again, check that store.',
  })
}

export function overtaken(key: string, attempt: number, latest: number): Problem {
  return new Problem('objects/overtaken', {
    says: `Attempt ${attempt} may no longer share ${key}: attempt ${latest} has.`,
  })
}
