import { Problem } from '../../lib/problem.ts'

/** Where a command writes: the result on stdout, everything else on stderr. */
export type Output = {
  readonly json: boolean
  /** A line that stays. */
  say(line: string): void
  /** A line that the next one replaces on a terminal; elsewhere it is written at most once a second. */
  progress(line: string): void
  /** The command's result: `document` on one line with --json, otherwise `text`. Call it once. */
  result(document: unknown, text: string): void
  problem(thrown: unknown): void
}

type Streams = {
  stdout: { write(text: string): unknown }
  stderr: { write(text: string): unknown; isTTY?: boolean; columns?: number }
}

/** How often progress is repeated where lines can't be redrawn (a log file, CI). */
const PLAIN_PROGRESS_MS = 5000

/** @param verbose also prints the cause of a problem and its stack (WHIPPET_DEBUG=1). */
export function createOutput(
  json: boolean,
  streams: Streams = process,
  verbose = process.env.WHIPPET_DEBUG === '1',
): Output {
  const { stdout, stderr } = streams
  let open = false
  let lastPlain = 0
  const close = () => {
    if (open) stderr.write('\r\x1b[K')
    open = false
  }
  return {
    json,
    say(line) {
      close()
      stderr.write(`${line}\n`)
    },
    progress(line) {
      if (stderr.isTTY) {
        stderr.write(`\r\x1b[K${line.slice(0, (stderr.columns ?? 100) - 1)}`)
        open = true
      } else if (Date.now() - lastPlain >= PLAIN_PROGRESS_MS) {
        lastPlain = Date.now()
        stderr.write(`${line}\n`)
      }
    },
    result(document, text) {
      close()
      stdout.write(`${json ? JSON.stringify(document) : text}\n`)
    },
    problem(thrown) {
      close()
      const problem = Problem.from(thrown)
      stderr.write(`${problem.says} [${problem.code}]\n`)
      if (problem.advice) stderr.write(`${problem.advice}\n`)
      if (verbose && problem.cause)
        stderr.write(`${problem.cause instanceof Error ? problem.cause.stack : String(problem.cause)}\n`)
      if (json) stdout.write(`${JSON.stringify({ problem: problem.summary() })}\n`)
    },
  }
}
