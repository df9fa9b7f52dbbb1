import { and, eq, inArray, ne, or, sql } from 'drizzle-orm'
import type { Database, Transaction } from '../store/database.ts'
import { deviceLeases, workers } from '../store/schema.ts'

/** A process that does runs, as the others see it. */
export type Presence = {
  readonly id: string
  readonly machine: string
  readonly home: string
  /** Id of the data folder that it owns, if any. */
  readonly owns: string | undefined
  readonly version: string
  readonly pid: number
  /** Ids. */
  readonly devices: readonly string[]
  /** Of its devices, by id. */
  readonly titles: Readonly<Record<string, string>>
}

export type Lease = { readonly run: string; readonly attempt: number }

type Queries = Pick<Database['db'], 'select' | 'selectDistinct' | 'insert' | 'update' | 'delete'>

export async function announce(db: Queries, { owns, devices, ...presence }: Presence): Promise<void> {
  await db.insert(workers).values({ ...presence, owns: owns ?? null, devices: [...devices] })
}

/** Says that it is still there. False where the others have given it up: what it held is no longer its. */
export async function beat(db: Queries, id: string): Promise<boolean> {
  const alive = db.update(workers).set({ heartbeatAt: sql`now()` }).where(eq(workers.id, id))
  return (await alive.returning({ id: workers.id })).length > 0
}

export async function leave(db: Queries, id: string): Promise<void> {
  await db.delete(workers).where(eq(workers.id, id))
}

/** Those that are there. */
export async function present(db: Queries, home: string): Promise<(typeof workers.$inferSelect)[]> {
  return db.select().from(workers).where(eq(workers.home, home))
}

/** Leases of workers that have not been heard of for so long, or that owned a data folder which `owner` owns now. */
export async function orphanedLeases(
  db: Queries,
  { timeoutMs, owner }: { timeoutMs: number; owner?: Pick<Presence, 'id' | 'owns'> | undefined },
): Promise<Lease[]> {
  const gone = or(
    sql`${workers.heartbeatAt} < now() - ${timeoutMs} * interval '1 millisecond'`,
    owner?.owns === undefined ? undefined : and(eq(workers.owns, owner.owns), ne(workers.id, owner.id)),
  )
  await db.delete(workers).where(gone)
  const there = db.select({ id: workers.id }).from(workers)
  return db
    .selectDistinct({ run: deviceLeases.runId, attempt: deviceLeases.attempt })
    .from(deviceLeases)
    .where(sql`${deviceLeases.worker} not in ${there}`)
}

/** Takes so many of these devices for an attempt, those in front first; undefined where not so many are free. */
export async function lease(
  tx: Transaction,
  {
    worker: { id: worker, machine, devices },
    count,
    ...of
  }: { worker: Pick<Presence, 'id' | 'machine' | 'devices'>; count: number } & Lease,
): Promise<string[] | undefined> {
  const held = await tx
    .select({ device: deviceLeases.device })
    .from(deviceLeases)
    .where(and(eq(deviceLeases.machine, machine), inArray(deviceLeases.device, [...devices])))
  const taken = new Set(held.map(({ device }) => device))
  const chosen = devices.filter((device) => !taken.has(device)).slice(0, count)
  if (chosen.length < count) return undefined
  const rows = chosen.map((device) => ({ machine, device, runId: of.run, attempt: of.attempt, worker }))
  // Another worker of this machine may have been quicker.
  const got = await tx.insert(deviceLeases).values(rows).onConflictDoNothing().returning()
  return got.length === count ? chosen : undefined
}

/** Frees what an attempt has. False where it has nothing any more. */
export async function release(tx: Transaction, { run, attempt }: Lease): Promise<boolean> {
  const freed = tx
    .delete(deviceLeases)
    .where(and(eq(deviceLeases.runId, run), eq(deviceLeases.attempt, attempt)))
  return (await freed.returning()).length > 0
}

/** Whether some worker has the run in hand. */
export async function isHeld(db: Queries, run: string): Promise<boolean> {
  const rows = await db.select().from(deviceLeases).where(eq(deviceLeases.runId, run)).limit(1)
  return rows.length > 0
}
