import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Places, SupervisorsSettings } from '../../load/supervisors.ts'

/** What a server took since it was started: seconds of processor, and the most memory so far. */
export type Usage = { readonly cpuSeconds: number; readonly peakMegabytes: number }

/** A server without pages in a process of its own: one process has one server. */
export type ServerProcess = {
  readonly url: string
  readonly process: ChildProcess
  usage(): Promise<Usage>
  /** Simulated runs inside the server (`load/supervisors.ts`). */
  supervise(settings: SupervisorsSettings): Promise<void>
  places(): Promise<Places>
  stopSupervising(): Promise<Places>
  stop(): Promise<void>
}

export type ServerProcessSettings = { readonly dataDir: string; readonly databaseUrl?: string | undefined }

/** What the process is asked; it answers one after the other. */
export type Question =
  | { type: 'start'; settings: ServerProcessSettings }
  | { type: 'usage' | 'places' | 'stop-supervising' }
  | { type: 'supervise'; settings: SupervisorsSettings }

/** Starts a server on any free port; resolves once it answers. */
export async function startServerProcess(settings: ServerProcessSettings): Promise<ServerProcess> {
  const child = fork(fileURLToPath(new URL('./server-process-main.ts', import.meta.url)), [], {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const answer = <T>(question: Question) =>
    new Promise<T>((resolve, reject) => {
      child.once('message', (message) => resolve(message as T))
      void ended.then(() => reject(new Error('The server has ended.')))
      child.send(question)
    })
  const { url } = await answer<{ url: string }>({ type: 'start', settings })
  return {
    url,
    process: child,
    usage: () => answer<Usage>({ type: 'usage' }),
    supervise: (wanted) => answer({ type: 'supervise', settings: wanted }),
    places: () => answer<Places>({ type: 'places' }),
    stopSupervising: () => answer<Places>({ type: 'stop-supervising' }),
    async stop() {
      child.disconnect()
      await ended
    },
  }
}
