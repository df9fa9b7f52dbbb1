import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Places } from './supervisors.ts'
import type { Answer, Order, Reported } from './watcher-process.ts'

/** So many watchers share a process, lest their own work be what is measured. */
const WATCHERS_PER_PROCESS = 250

/** Watchers in processes of their own. */
export type Crowd = {
  /** Each watches one of the runs. */
  connect(url: string, runs: readonly string[]): Promise<void>
  /** From now on delays count. */
  measure(): Promise<void>
  disconnect(): Promise<void>
  /** Resolves once all are back and have seen their logs as far as `places`. */
  reconnect(places: Places): Promise<void>
  reach(places: Places): Promise<void>
  report(): Promise<{ delays: Map<number, number>; gaps: number; events: number; skipped: number }>
  close(): Promise<void>
}

export function openCrowd(watchers: number): Crowd {
  const main = fileURLToPath(new URL('./watcher-process.ts', import.meta.url))
  const children = Array.from({ length: Math.ceil(watchers / WATCHERS_PER_PROCESS) }, () =>
    fork(main, [], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
  )
  const all = async (order: Order) => void (await Promise.all(children.map((child) => tell(child, order))))
  return {
    async connect(url, runs) {
      const watched = Array.from({ length: watchers }, (_, i) => runs[i % runs.length]!)
      const parts = children.map((_, i) => watched.filter((_run, n) => n % children.length === i))
      await Promise.all(children.map((child, i) => tell(child, { type: 'connect', url, runs: parts[i]! })))
    },
    measure: () => all({ type: 'measure' }),
    disconnect: () => all({ type: 'disconnect' }),
    reconnect: (places) => all({ type: 'reconnect', places }),
    reach: (places) => all({ type: 'reach', places }),
    async report() {
      const reports = await Promise.all(children.map((child) => tell(child, { type: 'report' })))
      return reports.flatMap((report) => report ?? []).reduce(together, none())
    },
    async close() {
      for (const child of children) child.kill()
    },
  }
}

type Total = Awaited<ReturnType<Crowd['report']>>
const none = (): Total => ({ delays: new Map(), gaps: 0, events: 0, skipped: 0 })

function together(total: Total, { delays, gaps, events, skipped }: Reported): Total {
  for (const [ms, count] of delays) total.delays.set(ms, (total.delays.get(ms) ?? 0) + count)
  return {
    delays: total.delays,
    gaps: total.gaps + gaps,
    events: total.events + events,
    skipped: total.skipped + skipped,
  }
}

/** One order after the other: each is answered. @throws what went wrong there. */
function tell(child: ChildProcess, order: Order): Promise<Reported | undefined> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error('A process of watchers ended.'))
    child.once('exit', ended)
    child.once('message', (answer: Answer) => {
      child.off('exit', ended)
      if ('wrong' in answer) reject(new Error(answer.wrong))
      else resolve(answer.report)
    })
    child.send(order)
  })
}
