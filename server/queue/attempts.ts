import { and, eq, sql } from 'drizzle-orm'
import type { Interruption } from '../../lib/run/events.ts'
import { isOver, type Run } from '../../lib/run/run.ts'
import { devicesWanted } from '../../lib/run/settings.ts'
import type { MachineDevice } from '../devices/device.ts'
import type { Transaction } from '../store/database.ts'
import type { Store } from '../store/open.ts'
import type { Runs } from '../store/runs.ts'
import { runEvents, runs as runRows } from '../store/schema.ts'
import { commandVanished, memoryAdvice } from '../worker/vanished.ts'
import type { Jobs } from './jobs.ts'
import { pauses } from './pauses.ts'
import { isHeld, type Lease, lease, orphanedLeases, type Presence, release } from './presence.ts'

export type Taken = {
  readonly run: Run
  readonly attempt: number
  readonly devices: readonly MachineDevice[]
}

/** The next run does not fit now; what its taking has changed is undone. */
const NOT_NOW = Symbol('not now')

type Taking = {
  readonly runs: Runs
  readonly jobs: Jobs
  readonly worker: Presence
  readonly devices: readonly MachineDevice[]
  readonly keptModel: (run: string) => Promise<boolean>
}

/**
 * Takes the next run of the queue with a new attempt and its devices, in one transaction. The run in front waits for as many
 * devices as it asks for, and those behind it wait with it, so that it is not overtaken for ever; one that asks for more
 * than this machine has is left to others.
 *
 * @returns undefined where nothing can be begun now.
 */
export async function takeNext({
  runs,
  jobs,
  worker,
  devices,
  keptModel,
}: Taking): Promise<Taken | undefined> {
  try {
    for (;;) {
      const taken = await runs.transact(async (within): Promise<Taken | 'none' | 'over'> => {
        const { tx } = within
        if ((await pauses(tx, worker.home)).length > 0) return 'none'
        const job = await jobs.claim(tx, devices.length)
        if (!job) return 'none'
        const run = await within.find(job.run)
        if (!run || isOver(run.state)) {
          await jobs.remove(tx, job.run)
          return 'over'
        }
        const attempt = await within.beginAttempt(run.id)
        if (run.requestedStop) {
          await within.append(run.id, attempt, [{ type: 'stopped', kept: await keptModel(run.id) }])
          await jobs.remove(tx, run.id)
          return 'over'
        }
        const left = devicesLeft(devicesWanted(run.settings), worker.devices, await lostDevices(tx, run.id))
        const got = await lease(tx, {
          worker: { ...worker, devices: left.devices },
          count: left.count,
          run: run.id,
          attempt,
        })
        if (!got) throw NOT_NOW
        return { run, attempt, devices: devices.filter(({ id }) => got.includes(id)) }
      })
      if (taken === 'none') return undefined
      if (taken !== 'over') return taken
    }
  } catch (thrown) {
    if (thrown === NOT_NOW) return undefined
    throw thrown
  }
}

/**
 * Clears up after an attempt: its devices are free, and its run is over, or waits again in its queue, unless that happened too
 * often. One that a command did by itself, without a queue, has failed. Whoever comes second does nothing.
 *
 * @param why what broke it off, where its log doesn't say how it ended.
 */
export async function settleAttempt(
  { runs, jobs, mostLost }: { runs: Runs; jobs: Jobs; mostLost: number },
  { run: id, attempt }: Lease,
  why: Interruption,
): Promise<void> {
  await runs.transact(async (within) => {
    const { tx } = within
    const run = await within.find(id)
    if (!(await release(tx, { run: id, attempt }))) return
    const home = await queueOf(tx, id)
    const place = home === undefined ? undefined : jobs.inHome(home)
    if (!run || isOver(run.state)) return place?.remove(tx, id)
    if (run.attempt > attempt) {
      // Somebody has begun another attempt meanwhile: the job is that one's. Of a run that was reopened before its place was
      // cleared away nobody has: its place is free again.
      if (!(await isHeld(tx, id))) await place?.giveBack(tx, id)
      return
    }
    const told = run.state.status === 'interrupted' && run.attempt === attempt
    const lost = (await timesLost(tx, id)) + (told ? 0 : 1)
    const goesOn = place !== undefined && lost < mostLost
    // The job before the run, as everyone does: otherwise two could wait for each other.
    await (goesOn ? place.giveBack(tx, id) : place?.remove(tx, id))
    if (!told) await within.append(id, attempt, [{ type: 'interrupted', why }])
    if (!goesOn)
      await within.append(id, await within.beginAttempt(id), [
        { type: 'failed', problem: place ? givenUp(lost, run) : commandVanished(id) },
      ])
  })
}

/** Whose queue a run is in; undefined of one that a command does by itself. */
async function queueOf(tx: Transaction, run: string): Promise<string | undefined> {
  const [row] = await tx.select({ queue: runRows.queue }).from(runRows).where(eq(runRows.id, run))
  return row?.queue ?? undefined
}

/** A worker that is silent so long is gone. */
export const GONE_MS = 15_000

/**
 * Clears up after the workers that are gone, and those that owned the data folder which `owner` owns now.
 *
 * @returns their attempts.
 */
export async function takeOver(
  { runs, jobs, database }: Pick<Store, 'runs' | 'database'> & { jobs: Jobs },
  owner: Pick<Presence, 'id' | 'owns'>,
  { mostLost, goneMs = GONE_MS }: { mostLost: number; goneMs?: number },
): Promise<Lease[]> {
  const lost = await orphanedLeases(database.db, { timeoutMs: goneMs, owner })
  for (const attempt of lost) await settleAttempt({ runs, jobs, mostLost }, attempt, 'vanished')
  return lost
}

/** A run that breaks off so often is not begun again: something about it ends the machine. */
export function mostLostOf(setting = process.env.WHIPPET_MOST_LOST): number {
  return Number(setting) || 5
}

/** Devices whose processes ended while they trained together for a run. */
async function lostDevices(tx: Transaction, run: string): Promise<Set<string>> {
  const rows = await tx
    .select({ device: sql<string>`${runEvents.body}->>'device'` })
    .from(runEvents)
    .where(
      and(
        eq(runEvents.runId, run),
        eq(runEvents.type, 'interrupted'),
        sql`${runEvents.body}->>'device' is not null`,
      ),
    )
  return new Set(rows.map(({ device }) => device))
}

/** What a run gets when it goes on without the devices that it has lost; where all are lost, they get another chance. */
export function devicesLeft(
  wanted: number,
  devices: readonly string[],
  lost: ReadonlySet<string>,
): { devices: readonly string[]; count: number } {
  const left = devices.filter((id) => !lost.has(id))
  if (left.length === 0) return { devices, count: Math.min(wanted, devices.length) }
  return { devices: left, count: Math.max(1, Math.min(wanted - lost.size, left.length)) }
}

/** How often an attempt broke off without anyone wanting it to. */
async function timesLost(tx: Transaction, run: string): Promise<number> {
  const [row] = await tx
    .select({ count: sql<number>`count(*)::int` })
    .from(runEvents)
    .where(
      and(
        eq(runEvents.runId, run),
        eq(runEvents.type, 'interrupted'),
        sql`${runEvents.body}->>'why' in ('vanished', 'stuck', 'device-lost')`,
      ),
    )
  return row?.count ?? 0
}

/** A run that ends its trainer again and again most likely needs more memory than there is. */
function givenUp(times: number, run: Run) {
  return {
    code: 'worker/given-up',
    says: `The run broke off ${times} times and is not begun again.`,
    advice:
      memoryAdvice(run) ??
      'Watch the memory of the machine, then resume the run: it goes on from its last checkpoint.',
  }
}
