import type { NewTune, Tune, TuneSummary } from '../../lib/api/tunes.ts'
import { Problem } from '../../lib/problem.ts'
import { tuneOf, tuneSummary } from '../../lib/tuning/tune.ts'
import { folderId } from '../worker/folder-id.ts'
import type { Worker } from '../worker/open.ts'
import { type Bell, changesTable, makeBell } from './bell.ts'
import { doTune, findTune, runsOfTune } from './do-tune.ts'
import { planTune } from './plan-tune.ts'

/** The tunes of a server: begun, followed, stopped. */
export type Tunes = {
  /** @throws as `planTune`. */
  start(wanted: NewTune): Promise<Tune>
  /** The newest first. */
  list(): Promise<TuneSummary[]>
  /** By its id, or the beginning of it. @throws Problem `tunes/unknown`. */
  find(wanted: string): Promise<Tune>
  /** The same once it is another revision than the one that is known, or `waitMs` have passed. */
  changed(wanted: string, known: string | undefined, waitMs: number): Promise<Tune>
  /** Keeps the best so far. @throws Problem `tunes/unknown`, `tunes/over`. */
  stop(wanted: string): Promise<Tune>
  /** Interrupts what goes on; it goes on when the data folder is served again. */
  close(): Promise<void>
}

/** Of trials in the queue: runs that somebody waits for go first. */
const PRIORITY = -1
/** How often tunes look what workers on other machines have done, of whose runs nobody tells here. */
const LOOK_MS = 5000

/**
 * Goes on with the tunes that a former server, or a command, left unfinished.
 *
 * @param shared whether workers on other machines may do the runs.
 */
export async function openTunes(
  worker: Worker,
  { log, shared }: { log: (problem: Problem) => void; shared: boolean },
): Promise<Tunes> {
  const { store, dataDir } = worker
  const home = await folderId(dataDir)
  const closing = new AbortController()
  const bells = new Map<string, Bell>()
  const going = new Set<Promise<unknown>>()
  const tuneOfRun = new Map<string, string>()

  const bellOf = (tune: string) => {
    const bell = bells.get(tune) ?? makeBell()
    bells.set(tune, bell)
    return bell
  }
  const unsubscribe = store.runs.subscribeToAll((run, event) => {
    if (event.type === 'queued' && event.settings.trial) tuneOfRun.set(run, event.settings.trial.tune)
    const tune = tuneOfRun.get(run)
    if (tune && changesTable(event)) bellOf(tune).ring()
  })

  const look = shared ? setInterval(() => ringAll(), LOOK_MS).unref() : undefined
  const ringAll = () => {
    for (const bell of bells.values()) bell.ring()
  }

  async function view(id: string): Promise<Tune> {
    return tuneOf(await findTune(store, id), await runsOfTune(store, id))
  }

  async function go(id: string): Promise<void> {
    for (const run of await store.tunes.runs(id)) tuneOfRun.set(run, id)
    try {
      await doTune(id, {
        store,
        places: (await worker.devices()).length,
        begin: (settings) => worker.enqueue(settings, { priority: PRIORITY }),
        stop: ({ id: run }) => worker.stop(run),
        bell: bellOf(id),
        signal: closing.signal,
      })
    } catch (thrown) {
      const problem = Problem.from(thrown)
      log(problem)
      if (closing.signal.aborted) return
      const ended = { status: 'failed', at: new Date().toISOString(), problem: problem.summary() } as const
      await store.tunes.end(id, ended).catch((trouble) => log(Problem.from(trouble)))
    }
    bellOf(id).ring()
  }

  function begin(id: string): void {
    const work = go(id).catch((thrown) => log(Problem.from(thrown)))
    going.add(work)
    void work.finally(() => going.delete(work))
  }

  for (const id of await store.tunes.unfinished(home)) begin(id)
  return {
    async start(wanted) {
      const { id } = await store.tunes.create(await planTune(worker, wanted), home)
      begin(id)
      return view(id)
    },
    async list() {
      const summaries: TuneSummary[] = []
      for (const tune of await store.tunes.list()) {
        summaries.push(tuneSummary(tune, await runsOfTune(store, tune.id)))
      }
      return summaries
    },
    find: async (wanted) => view((await findTune(store, wanted)).id),
    async changed(wanted, known, waitMs) {
      const { id } = await findTune(store, wanted)
      const late = AbortSignal.any([AbortSignal.timeout(waitMs), closing.signal])
      const given = new Promise<void>((resolve) => late.addEventListener('abort', () => resolve()))
      for (;;) {
        const heard = bellOf(id).listen()
        const tune = await view(id)
        if (tune.revision !== known || tune.status !== 'running' || late.aborted) return tune
        await Promise.race([heard, given])
      }
    },
    async stop(wanted) {
      const { id, ended } = await findTune(store, wanted)
      if (ended) throw new Problem('tunes/over', { says: `Tune ${id} is over: it ${ended.status}.` })
      await store.tunes.requestStop(id)
      bellOf(id).ring()
      return view(id)
    },
    async close() {
      closing.abort()
      clearInterval(look)
      ringAll()
      unsubscribe()
      await Promise.allSettled([...going])
    },
  }
}
