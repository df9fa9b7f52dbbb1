import { and, asc, eq, gt } from 'drizzle-orm'
import { type RunSummary, runSummarySchema, summaryOf } from '../../lib/api/runs.ts'
import { isOver, RUN_FOLD_VERSION, type Run, runSchema } from '../../lib/run/run.ts'
import type { Database } from './database.ts'
import { runEvents, runs as runTable } from './schema.ts'
import { eventOf, folded } from './stored-events.ts'

type Queries = Pick<Database['db'], 'select' | 'update'>

/** A run's row without what is long in it. */
export type RunRow = Pick<typeof runTable.$inferSelect, 'id' | 'seq' | 'snapshotSeq'>
export const rowColumns = { id: runTable.id, seq: runTable.seq, snapshotSeq: runTable.snapshotSeq }
type ListedRow = RunRow & Pick<typeof runTable.$inferSelect, 'summary'>

/** A snapshot is written after so many events, and at the end of a run: a reader folds no more than these. */
const SNAPSHOT_EVERY = 256
/** Runs that are kept folded in memory. */
const MOST_KEPT = 256

/**
 * Runs as their logs tell them, at a cost that does not grow with the log: from memory, else from the snapshot in the
 * run's row and the events after it. The log stays what counts: a snapshot of another version is folded again from it.
 */
export type Folds = {
  /** At the row's seq, or later where more has been appended meanwhile. */
  read(queries: Queries, row: RunRow): Promise<Run>
  /** The same on one line, without reading what is long where that can be. */
  summary(queries: Queries, row: ListedRow): Promise<RunSummary>
  /** Remembers a run whose events are committed. */
  keep(run: Run): void
  /** What was read of it may never have been committed. */
  forget(run: string): void
}

export function openFolds(): Folds {
  const kept = new Map<string, Run>()

  function keep(run: Run): void {
    if (run.seq < (kept.get(run.id)?.seq ?? 0)) return
    kept.delete(run.id)
    kept.set(run.id, run)
    const [oldest] = kept.keys()
    if (kept.size > MOST_KEPT) kept.delete(oldest!)
  }

  async function read(queries: Queries, row: RunRow): Promise<Run> {
    const known = kept.get(row.id)
    if (known && known.seq >= row.seq) return known
    const before = known && known.seq >= row.snapshotSeq ? known : await snapshotOf(queries, row)
    const run = await foldedOn(queries, row.id, before)
    keep(run)
    // The run's last snapshot is another version's, or was never written.
    if (run.seq - (before?.seq ?? 0) >= SNAPSHOT_EVERY || (isOver(run.state) && !before)) {
      await queries
        .update(runTable)
        .set(snapshotColumns(run))
        .where(and(eq(runTable.id, run.id), eq(runTable.seq, run.seq)))
    }
    return run
  }

  return {
    read,
    keep,
    forget: (run) => void kept.delete(run),
    async summary(queries, row) {
      return storedSummary(row) ?? summaryOf(await read(queries, row))
    },
  }
}

/** What is written beside `seq` when a run has come so far: nothing most of the time. */
export function snapshotAt(run: Run, snapshotSeq: number) {
  return isOver(run.state) || run.seq - snapshotSeq >= SNAPSHOT_EVERY ? snapshotColumns(run) : {}
}

function snapshotColumns(run: Run) {
  return {
    snapshotSeq: run.seq,
    snapshot: { version: RUN_FOLD_VERSION, run },
    summary: { version: RUN_FOLD_VERSION, summary: summaryOf(run) },
  }
}

async function snapshotOf(queries: Queries, { id, snapshotSeq }: RunRow): Promise<Run | undefined> {
  if (snapshotSeq === 0) return undefined
  const [row] = await queries
    .select({ snapshot: runTable.snapshot })
    .from(runTable)
    .where(eq(runTable.id, id))
  if (row?.snapshot?.version !== RUN_FOLD_VERSION) return undefined
  const run = runSchema.safeParse(row.snapshot.run)
  return run.success ? run.data : undefined
}

async function foldedOn(queries: Queries, id: string, before: Run | undefined): Promise<Run> {
  const rows = await queries
    .select()
    .from(runEvents)
    .where(and(eq(runEvents.runId, id), gt(runEvents.seq, before?.seq ?? 0)))
    .orderBy(asc(runEvents.seq))
  return folded(id, before, rows.map(eventOf))
}

/** As it was written with the snapshot; undefined where events came after it, or another version wrote it. */
function storedSummary({ seq, snapshotSeq, summary }: ListedRow): RunSummary | undefined {
  if (seq !== snapshotSeq || summary?.version !== RUN_FOLD_VERSION) return undefined
  const valid = runSummarySchema.safeParse(summary.summary)
  return valid.success ? valid.data : undefined
}
