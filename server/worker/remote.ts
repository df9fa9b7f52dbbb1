import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem } from '../../lib/problem.ts'
import type { Run } from '../../lib/run/run.ts'
import { detectDevices } from '../devices/detect.ts'
import type { MachineDevice } from '../devices/device.ts'
import type { Log } from '../log/log.ts'
import { logRuns } from '../log/run-lines.ts'
import { openHomeQueue } from '../queue/home-queue.ts'
import { present } from '../queue/presence.ts'
import { demandWorkerToken } from '../queue/worker-tokens.ts'
import { guardSpace, type SpaceGuard } from '../space/guard.ts'
import { openStore, type Store } from '../store/open.ts'
import { version } from '../version.ts'
import { SHARED_HOME } from './home.ts'
import { presenceOf } from './presence-of.ts'
import { startQueue } from './queue.ts'
import type { superviseRun } from './supervisor.ts'

/** A process that does runs of a server's queue, on this machine or another one. */
export type RemoteWorker = {
  readonly devices: readonly MachineDevice[]
  /** Interrupts what runs, for others to go on with. */
  close(): Promise<void>
}

export type RemoteWorkerSettings = {
  readonly dataDir: string
  readonly databaseUrl: string | undefined
  readonly token: string | undefined
  readonly log: Log
  readonly onEnded?: (run: Run) => void
  readonly supervise?: typeof superviseRun
  readonly goneMs?: number
}

/**
 * Takes runs from the queue of a server whose database and pictures this machine reaches. It owns no data folder: what it
 * knows of a run is in the database, what a run reads and leaves is in the blobs.
 *
 * @throws Problem `worker/embedded`, `worker/token`, `worker/other-version`, `worker/no-pictures`, `store/…`.
 */
export async function openRemoteWorker(settings: RemoteWorkerSettings): Promise<RemoteWorker> {
  const { dataDir, databaseUrl, token, log } = settings
  if (!databaseUrl) throw embedded()
  const home = await homeOfWorker(dataDir)
  const store = await openStore({ databaseUrl })
  try {
    await demandWorkerToken(store.database.db, token)
    const other = await otherVersion(store, home)
    if (other) throw other
    const devices = await detectDevices()
    const endLines = logRuns(store, log)
    const homeQueue = await openHomeQueue(store, home)
    let guard: SpaceGuard | undefined
    const queue = await startQueue({
      ...settings,
      beforeBegin: async () => guard?.look(),
      mayBegin: whileSameVersion(store, home, log),
      store,
      jobs: homeQueue.jobs,
      devices,
      presence: presenceOf({ home, devices }),
      shared: true,
      paused: () => homeQueue.paused(),
      log,
    })
    // Its own disk: a worker that is out of room leaves runs to others.
    guard = guardSpace({ dataDir, queue, log, onChange: () => undefined })
    return {
      devices,
      async close() {
        await guard?.close()
        await queue.close()
        await homeQueue.close()
        endLines()
        await store.close()
      },
    }
  } catch (thrown) {
    await store.close()
    throw thrown
  }
}

/** Whose runs it can do: those of everyone who shares blobs, or of the server whose folder it works in. */
async function homeOfWorker(dataDir: string): Promise<string> {
  if (process.env.WHIPPET_BLOBS) return SHARED_HOME
  const id = await readFile(join(dataDir, 'id'), 'utf8').catch(() => '')
  if (id.trim() !== '') return id.trim()
  throw new Problem('worker/no-pictures', {
    says: `A worker reads pictures that a server has imported, and ${dataDir} is no server's data folder.`,
    advice: 'Set WHIPPET_BLOBS to what the server shares, or WHIPPET_DATA to its data folder.',
  })
}

/** The workers of a server that was upgraded take no more runs until they are upgraded too. */
function whileSameVersion(store: Store, home: string, log: Log): () => Promise<boolean> {
  let told = false
  return async () => {
    const problem = await otherVersion(store, home)
    if (problem && !told) log.problem(problem)
    told = problem !== undefined
    return !problem
  }
}

async function otherVersion({ database }: Store, home: string): Promise<Problem | undefined> {
  const mine = version()
  const other = (await present(database.db, home)).find((worker) => worker.version !== mine)
  if (!other) return undefined
  return new Problem('worker/other-version', {
    says: `This is Whippet ${mine}, and ${other.machine} does the same queue with ${other.version}.`,
    advice: 'Install the same version on both, then start the worker again.',
  })
}

/** @returns the Problem that a worker has with the embedded database. */
export function embedded(): Problem {
  return new Problem('worker/embedded', {
    says: 'A worker needs DATABASE_URL: the embedded database belongs to one process, the server, which does its runs itself.',
    advice: 'Start server and workers with the DATABASE_URL of one Postgres server.',
  })
}
