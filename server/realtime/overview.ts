import { summaryOf } from '../../lib/api/runs.ts'
import type { Overview } from '../../lib/live/protocol.ts'
import type { Parts } from '../parts.ts'
import type { LiveSocket, Watching } from './watching.ts'
import { problemOf } from './watching.ts'

/** At most twice a second. */
const EVERY_MS = 500
/** How many runs the first message has. */
const NEWEST = 50

/** What runs, what is imported, who holds which device: told to those who asked, after changes. */
export type OverviewTeller = {
  answer(socket: LiveSocket, watching: Watching): void
  /** Something that the overview shows has changed. */
  changed(run?: string): void
  close(): void
}

export function tellOverview({ services, worker }: Pick<Parts, 'services' | 'worker'>): OverviewTeller {
  /** Of each listener, the runs that have changed since its last message. */
  const listeners = new Map<LiveSocket, { dirty: Set<string>; pull: () => void }>()
  let timer: NodeJS.Timeout | undefined
  const unsubscribe = worker.store.runs.subscribeToAll((run) => changed(run))

  function changed(run?: string): void {
    for (const { dirty } of listeners.values()) if (run) dirty.add(run)
    timer ??= setTimeout(() => {
      timer = undefined
      for (const { pull } of listeners.values()) pull()
    }, EVERY_MS).unref()
  }

  async function overviewOf(runs: Overview['runs']): Promise<Overview> {
    const [imports, devices] = [await services.imports.list(), await services.machine.devices()]
    const { waiting, paused } = await services.queue()
    return { runs, imports, devices, waiting, ...(paused && { paused }) }
  }

  async function changesOf(dirty: Set<string>): Promise<Overview> {
    const ids = [...dirty]
    dirty.clear()
    const runs = await Promise.all(ids.map((id) => services.runs.find(id)))
    return overviewOf(runs.flatMap((run) => (run && !run.settings.trial ? [summaryOf(run)] : [])))
  }

  return {
    changed,
    answer(socket, { outlet }) {
      socket.on('watchOverview', async (answer) => {
        if (typeof answer !== 'function') return
        const dirty = new Set<string>()
        const source = async () => {
          if (listeners.get(socket)?.dirty === dirty) socket.emit('overview', await changesOf(dirty))
          return false
        }
        listeners.set(socket, { dirty, pull: () => outlet.pull(source) })
        answer(await services.runs.list(NEWEST).then(overviewOf).catch(problemOf))
      })
      const forget = () => void listeners.delete(socket)
      socket.on('unwatchOverview', forget)
      socket.on('disconnect', forget)
    },
    close() {
      clearTimeout(timer)
      unsubscribe()
    },
  }
}
