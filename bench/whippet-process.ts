import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { watchPeak } from './process-tree.ts'

const MAIN = fileURLToPath(new URL('../server/cli/main.ts', import.meta.url))

/** What `train --json` prints, as far as the benchmarks read it. */
type TrainDocument = {
  run?: string
  top1?: number
  top5?: number
  /** The epoch of fine-tuning whose weights are the model; 0: what it started from. */
  bestEpoch?: { series: string; epoch: number; validationTop1?: number }
  /** ISO time of the moment at which the head was fitted. */
  headFittedAt?: string
  /** Run queued → head fitted. */
  secondsToHead?: number
  extraction?: { pictures: number; imagesPerSecond: number }
}

export type WhippetRun = {
  document: TrainDocument
  /** Process start to end. */
  seconds: number
  /** Process start to the fitted head, where the command trains. */
  secondsToHead?: number
  peakBytes?: number
}

/** Runs one `whippet … --json` on a data folder, watching the memory of all its processes. */
export async function whippet(dataDir: string, args: readonly string[]): Promise<WhippetRun> {
  const started = Date.now()
  const child = spawn(process.execPath, [MAIN, ...args, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, WHIPPET_DATA: dataDir },
  })
  const memory = watchPeak(child.pid!)
  let stdout = ''
  child.stdout.on('data', (chunk) => (stdout += chunk))
  const status = await new Promise((resolve) => child.on('close', resolve))
  const peakBytes = memory.stop()
  if (status !== 0) throw new Error(`whippet ${args.join(' ')} ended with status ${status}`)
  const document = JSON.parse(stdout) as TrainDocument
  const fitted =
    document.headFittedAt === undefined ? undefined : (Date.parse(document.headFittedAt) - started) / 1000
  return { document, seconds: (Date.now() - started) / 1000, secondsToHead: fitted, peakBytes }
}
