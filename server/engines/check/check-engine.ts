import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { EngineId } from '../catalogue.ts'
import { type Checked, checkedSchema } from './messages.ts'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))
/** A driver that hangs is as good as none. */
const LONGEST_MS = 180_000

export type CheckSettings = {
  /** Also measures images/s: some seconds each. */
  readonly measure?: boolean
  readonly signal?: AbortSignal | undefined
  /** Stands in for the checking process. */
  readonly main?: string
}

/** One engine's self-test in a process of its own: a driver that crashes or hangs takes that process only. Never throws. */
export async function checkEngine(
  id: EngineId,
  { measure = false, signal, main = MAIN }: CheckSettings = {},
): Promise<Checked> {
  const args = [main, id, ...(measure ? ['--measure'] : [])]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS)
  const stop = () => child.kill('SIGKILL')
  signal?.addEventListener('abort', stop)
  let [said, words] = ['', '']
  child.stdout.on('data', (chunk) => (said += chunk))
  child.stderr.on('data', (chunk) => (words = (words + chunk).slice(-4000)))
  try {
    const ended = await new Promise<string>((resolve) => {
      child.on('error', ({ message }) => resolve(message))
      child.on('close', (status, by) => resolve(by ? `signal ${by}` : `status ${status}`))
    })
    return answerIn(said) ?? { status: 'failed', why: failure(ended, words) }
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
  }
}

/** The last line is the answer; libraries may write before it. */
function answerIn(said: string): Checked | undefined {
  try {
    return checkedSchema.parse(JSON.parse(said.trim().split('\n').at(-1)!))
  } catch {
    return undefined
  }
}

function failure(ended: string, words: string): string {
  const last = words.trim().split('\n').at(-1)?.trim()
  return `its self-test ended with ${ended}${last ? `: ${last}` : ''}`
}
