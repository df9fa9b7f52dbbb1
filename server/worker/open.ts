import { Problem } from '../../lib/problem.ts'
import { isOver, type Run } from '../../lib/run/run.ts'
import { type Claim, claimDataFolder } from '../owner/claim.ts'
import { type Control, serveControl } from '../owner/control.ts'
import { openStore, type Store } from '../store/open.ts'
import { type Supervised, superviseRun } from './supervisor.ts'

/** The process that owns a data folder and does its runs. */
export type Worker = {
  readonly store: Store
  readonly dataDir: string
  /** Begins an attempt at a queued run. */
  start(run: Run): Promise<Supervised>
  close(): Promise<void>
}

export type WorkerSettings = {
  dataDir: string
  /** A Postgres server instead of the embedded database. */
  databaseUrl?: string | undefined
}

/**
 * Takes the data folder, opens its database, and answers other processes on its socket.
 *
 * @throws Problem `owner/taken`, `owner/folder`, `store/…`.
 */
export async function openWorker({ dataDir, databaseUrl }: WorkerSettings): Promise<Worker> {
  const claim = await claimDataFolder(dataDir)
  const running = new Map<string, Supervised>()
  let store: Store | undefined
  let control: Control | undefined
  try {
    store = await openStore(databaseUrl ? { databaseUrl } : { dataDir })
    // A shared database has runs of other machines too.
    if (!databaseUrl) await endOrphans(store)
    control = await serveControl(dataDir, handlersOf(store, running))
  } catch (thrown) {
    await closeAll(control, store, claim)
    throw thrown
  }
  const opened = store
  return {
    store: opened,
    dataDir,
    async start(run) {
      const supervised = await superviseRun(run, { store: opened, dataDir })
      running.set(run.id, supervised)
      const forget = () => void running.delete(run.id)
      supervised.ended.then(forget, forget)
      return supervised
    },
    async close() {
      await Promise.allSettled([...running.values()].map((run) => run.stop().then(() => run.ended)))
      await closeAll(control, opened, claim)
    },
  }
}

/** Runs that a former owner left in the middle, without a word: this is the only owner, so nobody does them now. */
async function endOrphans(store: Store): Promise<void> {
  for (const run of await store.runs.list()) {
    if (isOver(run.state)) continue
    const attempt = await store.runs.beginAttempt(run.id)
    const problem = {
      code: 'worker/vanished',
      says: 'The process that did this run ended in the middle of it.',
      advice: 'Train again with the same settings: what was extracted is kept.',
    }
    await store.runs.append(run.id, attempt, [{ type: 'failed', problem }])
  }
}

function handlersOf(
  store: Store,
  running: ReadonlyMap<string, Supervised>,
): Parameters<typeof serveControl>[1] {
  return {
    async stop({ run: wanted }) {
      const run = await store.runs.find(wanted)
      if (!run) throw unknownRun(wanted)
      const supervised = running.get(run.id)
      if (!supervised) throw notRunning(run)
      await supervised.stop()
      return { run: run.id }
    },
    runs: async () => ({ runs: await store.runs.list() }),
    run: async ({ run }) => ({ run: (await store.runs.find(run)) ?? null }),
  }
}

export function unknownRun(wanted: string): Problem {
  return new Problem('runs/unknown', { says: `There is no run "${wanted}".`, advice: 'See "whippet runs".' })
}

export function notRunning(run: Run): Problem {
  return new Problem('runs/not-running', { says: `Run ${run.id} is not running: it ${run.state.status}.` })
}

async function closeAll(control: Control | undefined, store: Store | undefined, claim: Claim): Promise<void> {
  await control?.close()
  await store?.close()
  await claim.release()
}
