import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Problem } from '../../../lib/problem.ts'
import { EXPORTER_PROTOCOL, type FromExporter, fromExporterSchema, type ToExporter } from './messages.ts'

export type ExportJob = Omit<ToExporter, 'type' | 'protocol'>

export type Exporting = {
  readonly onProgress: (progress: Omit<Extract<FromExporter, { type: 'progress' }>, 'type'>) => void
  /** Ends the process at once. */
  readonly signal: AbortSignal
  readonly start?: (() => ChildProcess) | undefined
}

const startExporter = (): ChildProcess =>
  fork(fileURLToPath(new URL('./main.ts', import.meta.url)), {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })

/**
 * Exports a run in a process of its own.
 *
 * @returns the size of the bundle in bytes.
 * @throws Problem that the exporter says, or `models/exporter-died`.
 */
export function exportInChild(
  job: ExportJob,
  { onProgress, signal, start = startExporter }: Exporting,
): Promise<number> {
  const child = start()
  const stop = () => void child.kill('SIGKILL')
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  const exported = new Promise<number>((resolve, reject) => {
    child.on('message', (raw) => {
      const message = fromExporterSchema.parse(raw)
      if (message.type === 'exported') resolve(message.bytes)
      else if (message.type === 'failed') reject(new Problem(message.problem.code, message.problem))
      else onProgress({ phase: message.phase, done: message.done, total: message.total })
    })
    child.on('error', (error) => reject(died(error.message)))
    child.on('exit', (code, by) => reject(died(by ?? `exit status ${code}`)))
    child.send({ type: 'export', protocol: EXPORTER_PROTOCOL, ...job } satisfies ToExporter, () => undefined)
  })
  return exported.finally(() => signal.removeEventListener('abort', stop))
}

function died(how: string): Problem {
  return new Problem('models/exporter-died', {
    says: `The process that makes the browser model ended without a word (${how}).`,
    advice: 'Watch the memory of the machine, start the server again, and open the model again.',
  })
}
