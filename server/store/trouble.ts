import { Problem } from '../../lib/problem.ts'

/**
 * What a database says, as a Problem; what it doesn't know stays as it is.
 * Codes: Postgres' SQLSTATE (appendix A of its manual) and Node's.
 */
export function storeTrouble(thrown: unknown, place: string): unknown {
  if (thrown instanceof Problem) return thrown
  const { code, message } = innermost(thrown)
  if (
    UNREACHABLE.test(code) ||
    /Connection terminated|timeout exceeded when trying to connect/.test(message)
  ) {
    return unreachable(place, message, thrown)
  }
  if (code === '57014' || message === 'Query read timeout') return timedOut(place, thrown)
  if (code === '53100' || code === 'ENOSPC' || /No space left on device/i.test(message)) {
    return diskFull(place, thrown)
  }
  return thrown
}

/** 08 connection, 28 password, 3D000 no such database, 53300 too many connections, 57P0x going down. */
const UNREACHABLE =
  /^(08...|28...|3D000|53300|57P0[123]|ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|EPIPE|ENOENT|EACCES)$/

export function unreachable(place: string, why: string, cause?: unknown): Problem {
  return new Problem('store/unreachable', {
    says: `The database at ${place} can't be reached: ${why}.`,
    advice:
      'Check that it runs and that DATABASE_URL is right, or leave DATABASE_URL away to use the embedded one.',
    cause,
  })
}

export function diskFull(place: string, cause: unknown): Problem {
  return new Problem('store/disk-full', {
    says: `The database in ${place} can't write: the disk is full.`,
    advice: 'Make room on the disk and do it again.',
    cause,
  })
}

export function timedOut(place: string, cause?: unknown): Problem {
  return new Problem('store/timeout', {
    says: `The database in ${place} did not answer in time.`,
    advice: 'Look whether its disk is full or something holds a lock, then do it again.',
    cause,
  })
}

/** Drizzle wraps what the driver throws, and Node wraps what each address says. */
function innermost(thrown: unknown): { code: string; message: string } {
  let error = thrown
  while (error instanceof Error) {
    const inner = error instanceof AggregateError ? error.errors[0] : error.cause
    if (!(inner instanceof Error)) break
    error = inner
  }
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  return { code: String(code ?? ''), message: String(message ?? error) }
}

/**
 * Waits for a database no longer than `timeoutMs`, and says what went wrong in our words. What is waited for may still
 * end later: the database is asked to give up too, where it can be.
 */
export async function withinTime<T>(work: Promise<T>, timeoutMs: number, place: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timedOut(place)), timeoutMs)
  })
  try {
    return await Promise.race([work, late])
  } catch (thrown) {
    throw storeTrouble(thrown, place)
  } finally {
    clearTimeout(timer)
  }
}
