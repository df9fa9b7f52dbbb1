import { Problem } from '../../lib/problem.ts'
import type { Run } from '../../lib/run/run.ts'
import { devicesWanted } from '../../lib/run/settings.ts'
import { devicesFor } from '../devices/choose.ts'
import type { MachineDevice } from '../devices/device.ts'
import type { Log } from '../log/log.ts'
import { mostLostOf, takeOver } from '../queue/attempts.ts'
import type { HomeQueue } from '../queue/home-queue.ts'
import { announce, beat, type Lease, lease, leave, release } from '../queue/presence.ts'
import type { Store } from '../store/open.ts'
import { presenceOf } from './presence-of.ts'
import { type Supervised, superviseRun } from './supervisor.ts'

const BEAT_MS = 5000

/** Runs that a command does by itself, on a database that others use too: their devices are held like those of a queue's. */
export type Alone = {
  /** @throws Problem `devices/too-many`, `devices/busy`, what keeps a trainer from being started; the run has failed with it. */
  start(run: Run): Promise<Supervised>
  close(): Promise<void>
}

export type AloneSettings = {
  readonly store: Store
  readonly dataDir: string
  readonly queue: Pick<HomeQueue, 'home' | 'jobs'>
  /** Id of the data folder. */
  readonly folder: string
  readonly devices: readonly MachineDevice[]
  readonly log?: Log | undefined
  readonly supervise?: typeof superviseRun
}

/** Announces this process. Where it dies, whoever else is there frees its devices, and its runs have failed. */
export async function workAlone(settings: AloneSettings): Promise<Alone> {
  const { store, dataDir, queue, folder, devices, log, supervise = superviseRun } = settings
  const { runs, database } = store
  const presence = presenceOf({ home: queue.home, owns: folder, devices })
  await announce(database.db, presence)
  await takeOver({ ...store, jobs: queue.jobs }, presence, { mostLost: mostLostOf() })
  const beats = setInterval(() => void beat(database.db, presence.id).catch(() => undefined), BEAT_MS).unref()
  const held = new Set<Promise<Run>>()

  /** An attempt at a run, and its devices, in one transaction. */
  async function take(run: Run): Promise<{ attempt: number; given: readonly MachineDevice[] }> {
    devicesFor(run, devices)
    return runs.transact(async (within) => {
      const attempt = await within.beginAttempt(run.id)
      const of = { run: run.id, attempt, count: devicesWanted(run.settings) }
      const got = await lease(within.tx, { worker: presence, ...of })
      if (!got) throw busy(devices)
      return { attempt, given: devices.filter(({ id }) => got.includes(id)) }
    })
  }

  async function fail(run: Run, thrown: unknown): Promise<never> {
    const problem = Problem.from(thrown)
    const attempt = await runs.beginAttempt(run.id)
    await runs.append(run.id, attempt, [{ type: 'failed', problem: problem.summary() }])
    throw problem
  }

  const free = (of: Lease) => runs.transact(({ tx }) => release(tx, of))

  return {
    async start(run) {
      const { attempt, given } = await take(run).catch((thrown) => fail(run, thrown))
      const of = { run: run.id, attempt }
      const supervised = await supervise(run, { store, dataDir, devices: given, attempt, log }).catch(
        async (thrown) => {
          await free(of)
          return fail(run, thrown)
        },
      )
      const ended = supervised.ended.finally(() => free(of))
      held.add(ended)
      return { ...supervised, ended }
    },
    async close() {
      await Promise.allSettled(held)
      clearInterval(beats)
      await leave(database.db, presence.id)
    },
  }
}

function busy(devices: readonly MachineDevice[]): Problem {
  return new Problem('devices/busy', {
    says: `Other runs have the devices of this machine (${devices.map(({ id }) => id).join(', ')}).`,
    advice: 'Wait until they have ended, or start "whippet serve", whose queue waits for them.',
  })
}
