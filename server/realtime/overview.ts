import { summaryOf } from '../../lib/api/runs.ts'
import type { Overview, OverviewChange } from '../../lib/live/protocol.ts'
import type { Parts } from '../parts.ts'
import { type LiveSocket, problemOf, type Watching } from './watching.ts'

/** At most twice a second. */
const EVERY_MS = 500
/** How many runs the answer has. */
const NEWEST = 50

/** What runs, what is imported, who holds which device: told to those who asked, after changes. */
export type OverviewTeller = {
  answer(socket: LiveSocket, watching: Watching): void
  /** Something that the overview shows has changed. */
  changed(run?: string): void
  close(): void
}

export type OverviewSettings = Pick<Parts, 'services' | 'worker'> & {
  /** Sends one message to many sockets, encoded once. */
  readonly send: (sockets: string[], message: OverviewChange) => void
}

/** One who asked. `missed`: changed runs that it was not told of, because it was not ready; the rest is then told whole. */
type Listener = {
  readonly missed: Set<string>
  behind: boolean
  answered: boolean
  ready(): boolean
  pull(): void
}

export function tellOverview({ services, worker, send }: OverviewSettings): OverviewTeller {
  const listeners = new Map<LiveSocket, Listener>()
  const dirty = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let telling = false
  /** The machine as it was told last, as JSON. */
  let told = ''
  const unsubscribe = worker.store.runs.subscribeToAll((run) => changed(run))

  function changed(run?: string): void {
    if (listeners.size === 0) return
    if (run) dirty.add(run)
    if (!telling) timer ??= setTimeout(() => void tell(), EVERY_MS).unref()
  }

  async function tell(): Promise<void> {
    timer = undefined
    telling = true
    const runs = [...dirty]
    dirty.clear()
    try {
      const message = await changesOf(runs)
      if (message.runs.length === 0 && !message.machine) return
      const ready: string[] = []
      for (const [socket, listener] of listeners) {
        if (listener.answered && !listener.behind && listener.ready()) ready.push(socket.id)
        else miss(listener, runs)
      }
      if (ready.length > 0) send(ready, message)
    } catch {
      // The database is away, and says so elsewhere; these are told with the next change.
      for (const run of runs) dirty.add(run)
    } finally {
      telling = false
      if (dirty.size > 0) changed()
    }
  }

  function miss(listener: Listener, runs: readonly string[]): void {
    for (const run of runs) listener.missed.add(run)
    listener.behind = true
    if (listener.answered) listener.pull()
  }

  /** The machine only where it is not as it was told. */
  async function changesOf(runs: readonly string[]): Promise<OverviewChange> {
    const machine = await machineNow()
    const before = told
    told = JSON.stringify(machine)
    return { runs: await summariesOf(runs), ...(told !== before && { machine }) }
  }

  async function summariesOf(ids: readonly string[]): Promise<Overview['runs']> {
    const runs = await Promise.all(ids.map((id) => services.runs.find(id)))
    return runs.flatMap((run) => (run && !run.settings.trial ? [summaryOf(run)] : []))
  }

  async function machineNow(): Promise<Omit<Overview, 'runs'>> {
    const [imports, devices] = [await services.imports.list(), await services.machine.devices()]
    const { waiting, paused } = await services.queue()
    return { imports, devices, waiting, ...(paused && { paused }) }
  }

  return {
    changed,
    answer(socket, { outlet }) {
      socket.on('watchOverview', async (answer) => {
        if (typeof answer !== 'function') return
        const missed = new Set<string>()
        const source = async () => {
          if (listeners.get(socket) !== listener) return false
          const ids = [...missed]
          missed.clear()
          listener.behind = false
          socket.emit('overview', { runs: await summariesOf(ids), machine: await machineNow() })
          return false
        }
        const pull = () => outlet.pull(source)
        const listener: Listener = { missed, behind: false, answered: false, ready: outlet.ready, pull }
        listeners.set(socket, listener)
        const first = services.runs.list(NEWEST).then(async (runs) => ({ runs, ...(await machineNow()) }))
        answer(await first.catch(problemOf))
        listener.answered = true
        if (listener.behind) pull()
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
