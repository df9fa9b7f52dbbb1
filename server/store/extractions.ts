import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm'
import type { Database } from './database.ts'
import { extractionSlices as sliceTable, extractions as table } from './schema.ts'
import { withinTime } from './trouble.ts'

/** A part of an extraction that somebody has claimed. */
export type Slice = {
  readonly extraction: string
  readonly index: number
  readonly pictures: readonly string[]
}

/** Extractions that several machines do together. What they made goes through the shared store, never through here. */
export type Extractions = {
  /** @param slices pictures of each, by their sha256. */
  open(run: string, task: unknown, slices: readonly (readonly string[])[]): Promise<string>
  /** Those with a part that is free, the oldest first. */
  free(): Promise<{ readonly id: string; readonly run: string; readonly task: unknown }[]>
  /** A free part of it, now this worker's; undefined where there is none, or it is over. */
  claim(extraction: string, worker: string): Promise<Slice | undefined>
  /** Whether it was still this worker's. */
  done(slice: Pick<Slice, 'extraction' | 'index'>, worker: string): Promise<boolean>
  /** Who is at parts that are not done. */
  underWay(extraction: string): Promise<string[]>
  /** Takes the parts of workers that are gone back, to be claimed anew. */
  release(extraction: string, workers: readonly string[]): Promise<void>
  close(extraction: string): Promise<void>
}

export function extractionsIn(
  { db, place, requireRoom }: Database,
  timeoutMs: number,
  newId: () => string,
): Extractions {
  const ask = <T>(work: Promise<T>) => withinTime(work, timeoutMs, place)
  const isFree = isNull(sliceTable.worker)
  return {
    async open(run, task, slices) {
      await requireRoom(0)
      const id = newId()
      await ask(
        db.transaction(async (tx) => {
          await tx.insert(table).values({ id, runId: run, task, createdAt: new Date() })
          for (const [index, pictures] of slices.entries())
            await tx.insert(sliceTable).values({ extractionId: id, index, pictures: [...pictures] })
        }),
      )
      return id
    },
    async free() {
      const rows = db
        .selectDistinct({ id: table.id, run: table.runId, task: table.task, createdAt: table.createdAt })
        .from(table)
        .innerJoin(sliceTable, eq(sliceTable.extractionId, table.id))
        .where(isFree)
        .orderBy(asc(table.createdAt), asc(table.id))
      return (await ask(rows.execute())).map(({ id, run, task }) => ({ id, run, task }))
    },
    async claim(extraction, worker) {
      const next = db
        .select({ index: sliceTable.index })
        .from(sliceTable)
        .where(and(eq(sliceTable.extractionId, extraction), isFree))
        .orderBy(asc(sliceTable.index))
        .limit(1)
        .for('update', { skipLocked: true })
      const claimed = db
        .update(sliceTable)
        .set({ worker, claimedAt: new Date() })
        .where(and(eq(sliceTable.extractionId, extraction), inArray(sliceTable.index, next)))
        .returning({ index: sliceTable.index, pictures: sliceTable.pictures })
      const [slice] = await ask(claimed.execute())
      return slice && { extraction, ...slice }
    },
    async done({ extraction, index }, worker) {
      const done = db
        .update(sliceTable)
        .set({ doneAt: new Date() })
        .where(
          and(
            eq(sliceTable.extractionId, extraction),
            eq(sliceTable.index, index),
            eq(sliceTable.worker, worker),
          ),
        )
        .returning({ index: sliceTable.index })
      return (await ask(done.execute())).length > 0
    },
    async underWay(extraction) {
      const rows = db
        .selectDistinct({ worker: sliceTable.worker })
        .from(sliceTable)
        .where(
          and(
            eq(sliceTable.extractionId, extraction),
            isNull(sliceTable.doneAt),
            sql`${sliceTable.worker} is not null`,
          ),
        )
      return (await ask(rows.execute())).map(({ worker }) => worker!).sort()
    },
    async release(extraction, workers) {
      if (workers.length === 0) return
      const released = db
        .update(sliceTable)
        .set({ worker: null, claimedAt: null })
        .where(
          and(
            eq(sliceTable.extractionId, extraction),
            isNull(sliceTable.doneAt),
            inArray(sliceTable.worker, [...workers]),
          ),
        )
      await ask(released.execute())
    },
    async close(extraction) {
      await ask(db.delete(table).where(eq(table.id, extraction)).execute())
    },
  }
}
