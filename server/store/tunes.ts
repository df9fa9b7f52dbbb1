import { and, asc, desc, eq, isNull, sql } from 'drizzle-orm'
import { Problem } from '../../lib/problem.ts'
import { type TunePlan, tunePlanSchema } from '../../lib/tuning/plan.ts'
import type { StoredTune, TuneEnd } from '../../lib/tuning/tune.ts'
import type { Database } from './database.ts'
import { runs as runTable, tunes as tuneTable } from './schema.ts'
import { withinTime } from './trouble.ts'

export type Tunes = {
  /** `queue`: the data folder whose owner does it. */
  create(plan: TunePlan, queue: string): Promise<StoredTune>
  /** @throws Problem `tunes/ambiguous` when several ids begin so. */
  find(idOrPrefix: string): Promise<StoredTune | undefined>
  /** The newest first; those that another version wrote are left out. */
  list(limit?: number): Promise<StoredTune[]>
  /** Ids of those of a data folder, the oldest first. */
  unfinished(queue: string): Promise<string[]>
  /** Ids of the runs of a tune, in the order in which they were created. */
  runs(tune: string): Promise<string[]>
  requestStop(tune: string): Promise<void>
  end(tune: string, end: TuneEnd): Promise<void>
}

/** Where nobody says how many. */
const MANY = 1000

export function tunesIn({ db, place, requireRoom }: Database, timeoutMs: number, newId: () => string): Tunes {
  const ask = <T>(work: Promise<T>) => withinTime(work, timeoutMs, place)
  const change = async (id: string, what: Partial<typeof tuneTable.$inferInsert>) => {
    await requireRoom(0)
    await ask(db.update(tuneTable).set(what).where(eq(tuneTable.id, id)).execute())
  }
  return {
    async create(plan, queue) {
      await requireRoom(0)
      const row = { id: newId(), plan, createdAt: new Date(), queue, requestedStop: false, ended: null }
      await ask(db.insert(tuneTable).values(row).execute())
      return tuneOf(row)
    },
    async find(idOrPrefix) {
      const matching = db
        .select()
        .from(tuneTable)
        .where(sql`starts_with(${tuneTable.id}, ${idOrPrefix.toLowerCase()})`)
        .limit(2)
      const [one, another] = idOrPrefix === '' ? [] : await ask(matching.execute())
      if (another) throw ambiguous(idOrPrefix)
      return one && tuneOf(one)
    },
    async list(limit = MANY) {
      const rows = db
        .select()
        .from(tuneTable)
        .orderBy(desc(tuneTable.createdAt), desc(tuneTable.id))
        .limit(limit)
      return (await ask(rows.execute())).flatMap((row) => readTune(row) ?? [])
    },
    async unfinished(queue) {
      const rows = db
        .select({ id: tuneTable.id })
        .from(tuneTable)
        .where(and(isNull(tuneTable.ended), eq(tuneTable.queue, queue)))
        .orderBy(asc(tuneTable.createdAt), asc(tuneTable.id))
      return (await ask(rows.execute())).map(({ id }) => id)
    },
    async runs(tune) {
      const rows = db
        .select({ id: runTable.id })
        .from(runTable)
        .where(eq(runTable.tune, tune))
        .orderBy(asc(runTable.createdAt), asc(runTable.id))
      return (await ask(rows.execute())).map(({ id }) => id)
    },
    requestStop: (tune) => change(tune, { requestedStop: true }),
    end: (tune, ended) => change(tune, { ended }),
  }
}

type Row = typeof tuneTable.$inferSelect

function tuneOf(row: Row): StoredTune {
  const read = readTune(row)
  if (read) return read
  throw new Problem('tunes/damaged', {
    says: `Tune ${row.id} can't be read: another version of Whippet wrote it.`,
    advice: 'Begin it again: features that were extracted are kept.',
  })
}

function readTune({ id, plan, createdAt, requestedStop, ended }: Row): StoredTune | undefined {
  const { success, data } = tunePlanSchema.safeParse(plan)
  if (!success) return undefined
  return { id, plan: data, createdAt: createdAt.toISOString(), requestedStop, ended: ended ?? undefined }
}

function ambiguous(prefix: string): Problem {
  return new Problem('tunes/ambiguous', {
    says: `Several tunes begin with "${prefix}".`,
    advice: 'Write more of the id.',
  })
}
