import pino from 'pino'
import type { Problem } from '../../lib/problem.ts'

/** What a line is about: `run`, `attempt`, `from` … */
export type Fields = Readonly<Record<string, string | number | boolean>>

/** Where a server says what happens. A sentence for people; what machines look for is in the fields. */
export type Log = {
  info(says: string, fields?: Fields): void
  warn(says: string, fields?: Fields): void
  /** Its code is a field; its cause is written with WHIPPET_DEBUG=1. */
  problem(problem: Problem, fields?: Fields): void
  /** The same log, every line with these fields too. */
  with(fields: Fields): Log
}

/** How lines are written: one JSON object each, or sentences. */
export type LogStyle = 'json' | 'readable'

/** `WHIPPET_LOG`, or JSON wherever no person sits in front of it. */
export function logStyle(asked: string | undefined, isTerminal: boolean | undefined): LogStyle {
  if (asked === 'json' || asked === 'readable') return asked
  return isTerminal ? 'readable' : 'json'
}

type Destination = { write(line: string): unknown }

/** A JSON object a line: `level`, `time` (ISO), the fields, `msg`. Each line is written before the call returns. */
export function jsonLog(
  destination: Destination = pino.destination({ dest: 2, sync: true }),
  verbose = process.env.WHIPPET_DEBUG === '1',
): Log {
  const root = pino(
    {
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    destination as pino.DestinationStream,
  )
  return over(root)

  function over(logger: pino.Logger): Log {
    return {
      info: (says, fields = {}) => logger.info(fields, says),
      warn: (says, fields = {}) => logger.warn(fields, says),
      problem({ says, code, advice, cause }, fields = {}) {
        const why = verbose && cause !== undefined ? { cause: textOf(cause) } : {}
        logger.error({ ...fields, code, ...(advice && { advice }), ...why }, says)
      },
      with: (fields) => over(logger.child(fields)),
    }
  }
}

/** Sentences, those about a run with its id before them. */
export function readableLog(say: (line: string) => void, verbose = process.env.WHIPPET_DEBUG === '1'): Log {
  return over({})

  function over(own: Fields): Log {
    const line = (says: string, fields: Fields = {}) => say(prefixOf({ ...own, ...fields }) + says)
    return {
      info: line,
      warn: line,
      problem({ says, code, cause }, fields) {
        line(`${says} [${code}]`, fields)
        if (verbose && cause !== undefined) say(textOf(cause))
      },
      with: (fields) => over({ ...own, ...fields }),
    }
  }
}

function prefixOf({ run, attempt, from }: Fields): string {
  const source = from === undefined ? '' : `${from}: `
  if (run === undefined) return source
  return `run ${run}${attempt === undefined ? '' : `, attempt ${attempt}`}: ${source}`
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
}
