import { asc, eq, sql } from 'drizzle-orm'
import type { DatasetVersion } from '../../lib/dataset/dataset.ts'
import { Problem } from '../../lib/problem.ts'
import {
  type NewRunEvent,
  newRunEventSchema,
  RUN_EVENTS_VERSION,
  type RunEvent,
  runEventSchema,
} from '../../lib/run/events.ts'
import { fenced, type Run, reduceRun, runSchema } from '../../lib/run/run.ts'
import type { RunSettings } from '../../lib/run/settings.ts'
import type { Transaction } from './database.ts'
import { runEvents, runs as runTable } from './schema.ts'
import { storable } from './storable.ts'

/** Events per insert: a statement has room for 65,535 parameters. */
const BATCH = 1000

/** A run with its first event. */
export async function createRun(
  tx: Transaction,
  id: string,
  settings: RunSettings,
  { id: version, dataset, version: number, classes, counts }: DatasetVersion,
  queue: string | undefined,
): Promise<RunEvent> {
  await tx
    .insert(runTable)
    .values({ id, versionId: version, seq: 0, attempt: 0, createdAt: new Date(), queue: queue ?? null })
  const queued = validated({
    type: 'queued',
    run: id,
    settings,
    dataset: { version, name: `${dataset}@${number}`, classes: [...classes], counts },
  })
  const [event] = await appendEvents(tx, id, 0, [queued])
  return event!
}

export async function nextAttempt(tx: Transaction, runId: string): Promise<number> {
  const { attempt } = await locked(tx, runId)
  await tx
    .update(runTable)
    .set({ attempt: attempt + 1, ended: null })
    .where(eq(runTable.id, runId))
  return attempt + 1
}

/** @throws Problem `runs/fenced`, `runs/unknown`. */
export async function appendEvents(
  tx: Transaction,
  runId: string,
  attempt: number,
  added: readonly NewRunEvent[],
): Promise<RunEvent[]> {
  const run = await locked(tx, runId)
  if (attempt !== run.attempt) throw fenced(runId, attempt, run.attempt)
  if (added.length === 0) return []
  const at = new Date()
  const rows = added.map(({ type, ...body }, i) => ({ runId, seq: run.seq + 1 + i, at, attempt, type, body }))
  for (let first = 0; first < rows.length; first += BATCH) {
    await tx.insert(runEvents).values(rows.slice(first, first + BATCH))
  }
  const seq = run.seq + added.length
  const appended = rows.map(eventOf)
  const ended = run.hasEnded || appended.some(endsAttempt) ? await foldedLog(tx, runId) : null
  await tx.update(runTable).set({ seq, ended }).where(eq(runTable.id, runId))
  return appended
}

function endsAttempt({ type }: RunEvent): boolean {
  return type === 'succeeded' || type === 'stopped' || type === 'failed'
}

async function foldedLog(tx: Transaction, runId: string): Promise<{ version: number; run: Run }> {
  const log = await tx.select().from(runEvents).where(eq(runEvents.runId, runId)).orderBy(asc(runEvents.seq))
  return { version: RUN_EVENTS_VERSION, run: folded(runId, log.map(eventOf)) }
}

/** A run that has ended, as it was told then; undefined where its log has to tell. */
export function endedRun({
  seq,
  ended,
}: Pick<typeof runTable.$inferSelect, 'seq' | 'ended'>): Run | undefined {
  if (ended?.version !== RUN_EVENTS_VERSION) return undefined
  const run = runSchema.safeParse(ended.run)
  return run.success && run.data.seq === seq ? run.data : undefined
}

/** An event as it can be stored: what a child process or a caller says is not taken on trust. */
export function validated(event: NewRunEvent): NewRunEvent {
  const valid = newRunEventSchema.safeParse(storable(event))
  if (valid.success) return valid.data
  throw new Problem('runs/bad-event', {
    says: `"${event.type}" is no event of a run as it stands: ${valid.error.issues[0]?.message} (${valid.error.issues[0]?.path.join('.')}).`,
    cause: valid.error,
  })
}

type Locked = { seq: number; attempt: number; hasEnded: boolean }

/** The run's row, which nobody else changes until the transaction ends: that is what keeps `seq` without gaps. */
async function locked(tx: Transaction, runId: string): Promise<Locked> {
  const [run] = await tx
    .select({
      seq: runTable.seq,
      attempt: runTable.attempt,
      hasEnded: sql<boolean>`${runTable.ended} is not null`,
    })
    .from(runTable)
    .where(eq(runTable.id, runId))
    .for('update')
  if (!run)
    throw new Problem('runs/unknown', { says: `There is no run ${runId}.`, advice: 'See "whippet runs".' })
  return run
}

export function eventOf({ seq, at, attempt, type, body, runId }: typeof runEvents.$inferSelect): RunEvent {
  const event = runEventSchema.safeParse({ ...body, type, seq, at: at.toISOString(), attempt })
  if (event.success) return event.data
  throw new Problem('runs/damaged-log', {
    says: `Event ${seq} of run ${runId} can't be read: it is damaged, or another version of Whippet wrote it.`,
    cause: event.error,
  })
}

export function folded(id: string, log: readonly RunEvent[]): Run {
  const run = log.reduce<Run | undefined>(reduceRun, undefined)
  if (run) return run
  throw new Problem('runs/damaged-log', { says: `The log of run ${id} is empty.` })
}
