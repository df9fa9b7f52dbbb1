import { type ChildProcess, fork } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { RunEvent } from '../../lib/run/events.ts'
import { type Run, reduceRun } from '../../lib/run/run.ts'

/** What a server answered, or that it didn't in time. */
export type Answer = { readonly status: number; readonly body: ReturnType<typeof JSON.parse> }

/** A real server in a process of its own. */
export type Served = {
  readonly url: string
  readonly pid: number
  readonly log: () => string
  ask(path: string, body?: unknown): Promise<Answer>
  /** A run as its whole log tells it: a gap or a double in it throws. */
  run(id: string): Promise<{ run: Run; events: RunEvent[] }>
  /** The first event after `afterSeq` for which `when` holds. */
  event(id: string, when: (event: RunEvent) => boolean, afterSeq?: number): Promise<RunEvent>
  /** Ends it at once, in the middle of whatever it does. */
  kill(): Promise<void>
  stop(): Promise<void>
}

/** A server that is silent so long hangs. */
const SILENCE_MS = 45_000
const LOOK_EVERY_MS = 100

export async function serve(dataDir: string, environment: Readonly<Record<string, string>>): Promise<Served> {
  const child = fork(fileURLToPath(new URL('./server.ts', import.meta.url)), [dataDir], {
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...environment },
  })
  let log = ''
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-20_000)
    })
  }
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => resolve(String(message)))
    void exited.then(() => reject(new Error(`the server ended:\n${log}`)))
  })

  const ask: Served['ask'] = async (path, body) => {
    const response = await fetch(url + path, {
      signal: AbortSignal.timeout(SILENCE_MS),
      ...(body !== undefined && {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    })
    return { status: response.status, body: await response.json().catch(() => undefined) }
  }
  const eventsAfter = async (id: string, seq: number): Promise<RunEvent[]> => {
    const { status, body } = await ask(`/api/runs/${id}/events?after=${seq}`)
    if (status !== 200) throw new Error(`events of ${id}: ${status} ${JSON.stringify(body)}`)
    return body.events
  }
  return {
    url,
    pid: child.pid!,
    log: () => log,
    ask,
    async run(id) {
      const events = await eventsAfter(id, 0)
      return { events, run: events.reduce<Run | undefined>(reduceRun, undefined)! }
    },
    async event(id, when, afterSeq = 0) {
      let seq = afterSeq
      for (;;) {
        const events = await eventsAfter(id, seq)
        const found = events.find(when)
        if (found) return found
        seq = events.at(-1)?.seq ?? seq
        await pause(LOOK_EVERY_MS)
      }
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
    async stop() {
      ended(child)
      await exited
    },
  }
}

function ended(child: ChildProcess): void {
  if (child.connected) child.disconnect()
}
