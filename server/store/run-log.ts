import { eq, sql } from 'drizzle-orm'
import type { DatasetVersion } from '../../lib/dataset/dataset.ts'
import { Problem } from '../../lib/problem.ts'
import { type NewRunEvent, newRunEventSchema, type RunEvent } from '../../lib/run/events.ts'
import { brokenOff, fenced, isOver, type Run } from '../../lib/run/run.ts'
import type { RunSettings } from '../../lib/run/settings.ts'
import type { Transaction } from './database.ts'
import { type Folds, type RunRow, rowColumns, snapshotAt } from './folds.ts'
import { CHANNEL, noticeOf } from './notices.ts'
import { runEvents, runs as runTable } from './schema.ts'
import { storable } from './storable.ts'
import { folded } from './stored-events.ts'

/** Events per insert: a statement has room for 65,535 parameters. */
const BATCH = 1000

/** `origin`: notices are sent when events are committed, and carry it. */
export type LogWriting = { readonly folds: Folds; readonly origin?: string | undefined }

type NewRun = {
  readonly id: string
  readonly settings: RunSettings
  readonly dataset: DatasetVersion
  readonly queue: string | undefined
}

/** A run with its first event. */
export async function createRun(
  tx: Transaction,
  writing: LogWriting,
  { id, settings, queue, dataset: from }: NewRun,
): Promise<Appended> {
  const { id: version, dataset, version: number, classes, counts } = from
  await tx.insert(runTable).values({
    id,
    versionId: version,
    seq: 0,
    attempt: 0,
    createdAt: new Date(),
    queue: queue ?? null,
    tune: settings.trial?.tune ?? null,
  })
  const queued = validated({
    type: 'queued',
    run: id,
    settings,
    dataset: { version, name: `${dataset}@${number}`, classes: [...classes], counts },
  })
  return appendEvents(tx, writing, { runId: id, attempt: 0, added: [queued] })
}

/** `again`: who does it from now on; without it that stays. */
export async function nextAttempt(
  tx: Transaction,
  runId: string,
  again?: { readonly queue: string | undefined },
): Promise<number> {
  const { attempt } = await locked(tx, runId)
  await tx
    .update(runTable)
    .set({ attempt: attempt + 1, over: false, ...(again && { queue: again.queue ?? null }) })
    .where(eq(runTable.id, runId))
  return attempt + 1
}

/** @throws Problem `runs/fenced`, `runs/unknown`. */
export async function appendEvents(
  tx: Transaction,
  { folds, origin }: LogWriting,
  { runId, attempt, added }: { runId: string; attempt: number; added: readonly NewRunEvent[] },
): Promise<Appended> {
  const row = await locked(tx, runId)
  if (attempt !== row.attempt) throw fenced(runId, attempt, row.attempt)
  const before = row.seq === 0 ? undefined : await folds.read(tx, row)
  if (before?.attempt === attempt && before.state.status === 'interrupted') throw brokenOff(runId, attempt)
  if (added.length === 0) return { events: [], run: before }
  const at = new Date()
  const rows = added.map(({ type, ...body }, i) => ({ runId, seq: row.seq + 1 + i, at, attempt, type, body }))
  for (let first = 0; first < rows.length; first += BATCH) {
    await tx.insert(runEvents).values(rows.slice(first, first + BATCH))
  }
  const events = added.map(
    (event, i): RunEvent => ({ ...event, seq: row.seq + 1 + i, at: at.toISOString(), attempt }),
  )
  const run = folded(runId, before, events)
  await tx
    .update(runTable)
    .set({ seq: run.seq, over: isOver(run.state), ...snapshotAt(run, row.snapshotSeq) })
    .where(eq(runTable.id, runId))
  if (origin) {
    const notice = noticeOf({ runId, seq: run.seq }, origin)
    await tx.execute(sql`select pg_notify(${CHANNEL}, ${notice})`)
  }
  return { events, run }
}

/** What was written, and the run with it. */
export type Appended = { readonly events: RunEvent[]; readonly run: Run | undefined }

/** An event as it can be stored: what a child process or a caller says is not taken on trust. */
export function validated(event: NewRunEvent): NewRunEvent {
  const valid = newRunEventSchema.safeParse(storable(event))
  if (valid.success) return valid.data
  throw new Problem('runs/bad-event', {
    says: `"${event.type}" is no event of a run as it stands: ${valid.error.issues[0]?.message} (${valid.error.issues[0]?.path.join('.')}).`,
    cause: valid.error,
  })
}

type Locked = RunRow & { attempt: number }

/** The run's row, which nobody else changes until the transaction ends: that is what keeps `seq` without gaps. */
async function locked(tx: Transaction, runId: string): Promise<Locked> {
  const [row] = await tx
    .select({ ...rowColumns, attempt: runTable.attempt })
    .from(runTable)
    .where(eq(runTable.id, runId))
    .for('update')
  if (!row)
    throw new Problem('runs/unknown', { says: `There is no run ${runId}.`, advice: 'See "whippet runs".' })
  return row
}
