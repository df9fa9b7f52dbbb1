// Watchers in a process of their own, told over IPC what to do.
import type { Places } from './supervisors.ts'
import { openWatcher, type Tally, type Watcher } from './watcher.ts'

export type Order =
  | { readonly type: 'connect'; readonly url: string; readonly runs: readonly string[] }
  | { readonly type: 'measure' }
  | { readonly type: 'disconnect' }
  /** Back all at once; done when every watcher has seen its log as far as `places`. */
  | { readonly type: 'reconnect'; readonly places: Places }
  | { readonly type: 'reach'; readonly places: Places }
  | { readonly type: 'report' }

/** `delays` as pairs of milliseconds and how many events took so long. */
export type Reported = Omit<Tally, 'delays'> & { readonly delays: [number, number][] }
export type Answer = { readonly done: true; readonly report?: Reported } | { readonly wrong: string }

/** Connections that are made at the same time at the start. */
const AT_ONCE = 25

const tally: Tally = { delays: new Map(), gaps: 0, events: 0, skipped: 0 }
let watchers: Watcher[] = []

async function obey(order: Order): Promise<Reported | undefined> {
  switch (order.type) {
    case 'connect':
      watchers = order.runs.map((run) => openWatcher(order.url, run, tally))
      for (let first = 0; first < watchers.length; first += AT_ONCE) {
        await Promise.all(watchers.slice(first, first + AT_ONCE).map((watcher) => watcher.connect()))
      }
      return undefined
    case 'measure':
      tally.delays.clear()
      tally.events = 0
      return undefined
    case 'disconnect':
      for (const watcher of watchers) watcher.disconnect()
      return undefined
    case 'reconnect':
      await Promise.all(watchers.map((watcher) => watcher.connect()))
      return reached(order.places)
    case 'reach':
      return reached(order.places)
    case 'report':
      return { ...tally, delays: [...tally.delays] }
  }
}

async function reached(places: Places): Promise<undefined> {
  await Promise.all(watchers.map((watcher) => watcher.reached(places[watcher.run]!)))
}

process.on('message', async (order: Order) => {
  const answer = await obey(order).then(
    (report): Answer => ({ done: true, ...(report && { report }) }),
    (thrown): Answer => ({ wrong: thrown instanceof Error ? thrown.message : String(thrown) }),
  )
  process.send!(answer)
})
process.on('disconnect', () => process.exit())
