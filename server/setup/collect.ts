import { spawn } from 'node:child_process'

export type Ended = {
  /** −1 where the program could not be started. */
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end and collects what it says. Never throws: a program that is not there has status −1. */
export function collect(
  command: string,
  args: readonly string[],
  { env, signal }: { env?: Record<string, string>; signal?: AbortSignal | undefined } = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      ...(signal && { signal }),
    })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk) => (stdout += chunk))
    child.stderr.on('data', (chunk) => (stderr += chunk))
    child.on('error', (error) => resolve({ status: -1, stdout, stderr: stderr || error.message }))
    child.on('close', (status) => resolve({ status: status ?? -1, stdout, stderr }))
  })
}
