import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Log } from './log.ts'

/** Writes what a child process says on stdout and stderr into the log, line by line. */
export function logOutput({ stdout, stderr }: Pick<ChildProcess, 'stdout' | 'stderr'>, log: Log): void {
  const lines = (stream: typeof stdout, write: (line: string) => void) => {
    if (!stream) return
    createInterface({ input: stream }).on('line', (line) => {
      if (line.trim() !== '') write(line)
    })
  }
  lines(stdout, (line) => log.info(line))
  lines(stderr, (line) => log.warn(line))
}
