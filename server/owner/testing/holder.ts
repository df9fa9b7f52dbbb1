import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const SCRIPT = fileURLToPath(new URL('./hold.ts', import.meta.url))

export type Holder = {
  pid: number
  /** Its next line, undefined at its end. */
  says(): Promise<string | undefined>
  letGo(): void
  kill(): Promise<void>
  /** What it wrote on stderr. */
  complaints(): string
  ended: Promise<unknown>
}

/** A process of its own that claims a data folder. */
export function startHolder(dataDir: string, ...options: string[]): Holder {
  const child: ChildProcess = spawn(process.execPath, [SCRIPT, dataDir, ...options])
  const lines = createInterface(child.stdout!)[Symbol.asyncIterator]()
  let complaints = ''
  child.stderr!.on('data', (chunk) => {
    complaints += chunk
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  return {
    pid: child.pid!,
    says: async () => (await lines.next()).value,
    letGo: () => child.stdin!.write('\n'),
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
    complaints: () => complaints,
    ended,
  }
}
