import type { QueueState } from '../../lib/api/queue.ts'
import type { RunEvent } from '../../lib/run/events.ts'
import type { Move } from '../../lib/run/queue-order.ts'
import type { ControlHandlers } from '../owner/control.ts'
import type { HomeQueue } from '../queue/home-queue.ts'
import type { Store } from '../store/open.ts'
import type { Worker } from './open.ts'
import { unknownRun } from './run-problems.ts'

/** The queue as it stands, paused by people or because the disk is full. */
export async function queueState(worker: Worker): Promise<QueueState> {
  const state = await (await worker.queue()).state()
  const paused = worker.paused() ?? state.paused
  return { ...state, ...(paused && { paused }) }
}

/** Changes the queue, and says how it stands then. */
export async function changed(
  worker: Worker,
  change: (queue: HomeQueue) => Promise<void>,
): Promise<QueueState> {
  await change(await worker.queue())
  const { paused: _former, ...state } = await queueState(worker)
  const paused = await (await worker.queue()).paused()
  return { ...state, ...(paused && { paused }) }
}

/** @param wanted the run's id, or the beginning of it. @throws Problem `runs/unknown`, `queue/not-waiting`. */
export async function moveRun(worker: Worker, queue: HomeQueue, wanted: string, to: Move): Promise<void> {
  const run = await worker.store.runs.find(wanted)
  if (!run) throw unknownRun(wanted)
  await queue.move(run.id, to)
}

/** What every owner of a data folder answers to other processes. */
export function answersOf(worker: Worker): Partial<ControlHandlers> {
  const { store } = worker
  return {
    stop: async ({ run }) => ({ run: (await worker.stop(run)).id }),
    runs: async () => ({ runs: await store.runs.list() }),
    paused: async () => ({ paused: worker.paused() ?? null }),
    queue: () => queueState(worker),
    'queue-pause': async ({ reason }) => changed(worker, (queue) => queue.pause(reason)),
    'queue-resume': async () => changed(worker, (queue) => queue.resume()),
    'queue-move': async ({ run, to }) => changed(worker, (queue) => moveRun(worker, queue, run, to)),
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
