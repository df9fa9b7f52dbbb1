import type { RunEvent } from '../../lib/run/events.ts'
import type { ControlHandlers } from '../owner/control.ts'
import type { Store } from '../store/open.ts'
import type { Worker } from './open.ts'

/** What every owner of a data folder answers to other processes. */
export function answersOf(worker: Worker): Partial<ControlHandlers> {
  const { store } = worker
  return {
    stop: async ({ run }) => ({ run: (await worker.stop(run)).id }),
    runs: async () => ({ runs: await store.runs.list() }),
    paused: async () => ({ paused: worker.paused() ?? null }),
    run: async ({ run }) => ({ run: (await store.runs.find(run)) ?? null }),
    events: async ({ run, afterSeq, waitMs }) => ({
      events: await eventsWithin(store, run, afterSeq, waitMs),
    }),
    async dataset({ name }) {
      const version = await store.datasets.find(name)
      if (version) {
        const report = (await store.datasets.report(version.id)) ?? null
        return { dataset: { ...version, classes: [...version.classes] }, report, names: [] }
      }
      const names = [...new Set((await store.datasets.list()).map(({ dataset }) => dataset))]
      return { dataset: null, report: null, names }
    },
    dump: ({ file }) => store.dump(file),
    pictures: async ({ version }) => ({ pictures: await store.datasets.pictures(version) }),
  }
}

/** Events after `afterSeq`; where there are none, those that come within `waitMs`. */
export async function eventsWithin(
  store: Store,
  run: string,
  afterSeq: number,
  waitMs: number,
): Promise<RunEvent[]> {
  let tell: () => void = () => undefined
  const told = new Promise<void>((resolve) => {
    tell = resolve
  })
  const unsubscribe = store.runs.subscribe(run, tell)
  const timer = setTimeout(tell, waitMs)
  try {
    const events = await store.runs.events(run, afterSeq)
    if (events.length > 0) return events
    await told
    return await store.runs.events(run, afterSeq)
  } finally {
    clearTimeout(timer)
    unsubscribe()
  }
}
