import { and, asc, desc, eq, gt, isNull, sql } from 'drizzle-orm'
import type { RunSummary } from '../../lib/api/runs.ts'
import type { DatasetVersion } from '../../lib/dataset/dataset.ts'
import { Problem } from '../../lib/problem.ts'
import type { NewRunEvent, RunEvent } from '../../lib/run/events.ts'
import { isOver, type Run } from '../../lib/run/run.ts'
import type { RunSettings } from '../../lib/run/settings.ts'
import type { Database, Transaction } from './database.ts'
import { openFolds, rowColumns } from './folds.ts'
import { inOrder } from './in-order.ts'
import { type Appended, appendEvents, createRun, nextAttempt, validated } from './run-log.ts'
import { runEvents, runs as runTable } from './schema.ts'
import { eventOf } from './stored-events.ts'
import { withinTime } from './trouble.ts'

export type RunListener = (event: RunEvent) => void
export type LogListener = (runId: string, event: RunEvent) => void

/** A run that is not over, and whose it is (see the schema's `queue`). */
export type Unfinished = { readonly run: Run; readonly queue: string | undefined }

export type Runs = {
  /** Writes `queued`. `queue`: the data folder whose server does it; without it, it is done by who calls, now. */
  create(settings: RunSettings, dataset: DatasetVersion, queue?: string): Promise<Run>
  /** The number of a new attempt; from now on older ones are refused. */
  beginAttempt(runId: string): Promise<number>
  /** Begins a run that had ended once more, as `event` says; `queue` as in `create`. */
  reopen(runId: string, event: NewRunEvent, queue?: string): Promise<Run>
  /**
   * Numbers events and writes them, all or none. Calls from one process are done in the order in which they were made.
   *
   * @throws Problem `runs/fenced` when a newer attempt has begun; `runs/unknown`.
   */
  append(runId: string, attempt: number, events: readonly NewRunEvent[]): Promise<RunEvent[]>
  /** Changes of runs, and of what else is in the same database, all or none. What listeners hear, they hear after it. */
  transact<T>(work: (within: RunsWithin) => Promise<T>): Promise<T>
  /** In order, those after `afterSeq`. */
  events(runId: string, afterSeq?: number): Promise<RunEvent[]>
  /** @throws Problem `runs/ambiguous` when several ids begin so. */
  find(idOrPrefix: string): Promise<Run | undefined>
  /** The newest first, without the trials of tunes. */
  list(limit?: number): Promise<RunSummary[]>
  /** The oldest first. */
  unfinished(): Promise<Unfinished[]>
  /** Hears of every event that this process appends, once it is stored. Returns what ends it. */
  subscribe(runId: string, listener: RunListener): () => void
  /** The same for all runs, those that are created later too. */
  subscribeToAll(listener: LogListener): () => void
}

/** The same inside a transaction. */
export type RunsWithin = Pick<Runs, 'create' | 'append'> & {
  /** `queue`: whose it is from now on. */
  beginAttempt(runId: string, queue?: string): Promise<number>
  readonly tx: Transaction
  /** The number of the attempt that may write. */
  attemptOf(runId: string): Promise<number>
  /** By its whole id. */
  find(runId: string): Promise<Run | undefined>
}

/** Postgres wants a limit where there is one; this is none. */
const MANY = 2 ** 31 - 1

export function runsIn({ db, place, requireRoom }: Database, timeoutMs: number, newId: () => string): Runs {
  const ask = <T>(work: Promise<T>) => withinTime(work, timeoutMs, place)
  const write = async <T>(work: (tx: Transaction) => Promise<T>) => {
    await requireRoom(0)
    return ask(db.transaction(work))
  }
  const listeners = new Map<string, Set<RunListener>>()
  const allListeners = new Set<LogListener>()
  const oneByOne = inOrder()
  const folds = openFolds()

  async function events(runId: string, afterSeq = 0): Promise<RunEvent[]> {
    const rows = db
      .select()
      .from(runEvents)
      .where(and(eq(runEvents.runId, runId), gt(runEvents.seq, afterSeq)))
      .orderBy(asc(runEvents.seq))
    return (await ask(rows)).map(eventOf)
  }

  function tell(runId: string, appended: readonly RunEvent[]): void {
    for (const event of appended) {
      for (const listener of listeners.get(runId) ?? []) heed(() => listener(event))
      for (const listener of allListeners) heed(() => listener(runId, event))
    }
  }

  async function committed(runId: string, writing: (tx: Transaction) => Promise<Appended>) {
    const { events: appended, run } = await write(writing)
    if (run) folds.keep(run)
    tell(runId, appended)
    return { events: appended, run }
  }

  async function transact<T>(work: (within: RunsWithin) => Promise<T>): Promise<T> {
    const done: Appended[] = []
    const touched = new Set<string>()
    const noted = async (runId: string, writing: Promise<Appended>) => {
      touched.add(runId)
      const appended = await writing
      done.push(appended)
      return appended
    }
    const within = (tx: Transaction): RunsWithin => ({
      tx,
      async find(runId) {
        touched.add(runId)
        const [row] = await tx.select(rowColumns).from(runTable).where(eq(runTable.id, runId))
        return row && folds.read(tx, row)
      },
      async attemptOf(runId) {
        const [row] = await tx
          .select({ attempt: runTable.attempt })
          .from(runTable)
          .where(eq(runTable.id, runId))
          .for('update')
        return row?.attempt ?? 0
      },
      async create(settings, dataset, queue) {
        const id = newId()
        return (await noted(id, createRun(tx, folds, { id, settings, dataset, queue }))).run!
      },
      beginAttempt: (runId, queue) => nextAttempt(tx, runId, queue === undefined ? undefined : { queue }),
      async append(runId, attempt, added) {
        const valid = added.map(validated)
        return (await noted(runId, appendEvents(tx, folds, { runId, attempt, added: valid }))).events
      },
    })
    try {
      const result = await write((tx) => work(within(tx)))
      for (const { events: appended, run } of done) {
        if (!run) continue
        folds.keep(run)
        tell(run.id, appended)
      }
      return result
    } catch (thrown) {
      for (const runId of touched) folds.forget(runId)
      throw thrown
    }
  }

  return {
    events,
    transact,
    async create(settings, dataset, queue) {
      const id = newId()
      return (await committed(id, (tx) => createRun(tx, folds, { id, settings, dataset, queue }))).run!
    },
    beginAttempt(runId) {
      return oneByOne(runId, () => write((tx) => nextAttempt(tx, runId)))
    },
    reopen(runId, event, queue) {
      const added = [validated(event)]
      return oneByOne(runId, async () => {
        const { run } = await committed(runId, async (tx) => {
          const attempt = await nextAttempt(tx, runId, { queue })
          return appendEvents(tx, folds, { runId, attempt, added })
        })
        return run!
      })
    },
    append(runId, attempt, added) {
      return oneByOne(runId, async () => {
        const valid = added.map(validated)
        const writing = (tx: Transaction) => appendEvents(tx, folds, { runId, attempt, added: valid })
        return (await committed(runId, writing)).events
      })
    },
    async find(idOrPrefix) {
      const matching = db
        .select(rowColumns)
        .from(runTable)
        .where(sql`starts_with(${runTable.id}, ${idOrPrefix.toLowerCase()})`)
        .limit(2)
      const [one, another] = idOrPrefix === '' ? [] : await ask(matching)
      if (another) throw ambiguous(idOrPrefix)
      return one && ask(folds.read(db, one))
    },
    async list(limit) {
      const rows = db
        .select({ ...rowColumns, summary: runTable.summary })
        .from(runTable)
        .where(isNull(runTable.tune))
        .orderBy(desc(runTable.createdAt), desc(runTable.id))
        .limit(limit ?? MANY)
      const listed: RunSummary[] = []
      for (const row of await ask(rows)) listed.push(await ask(folds.summary(db, row)))
      return listed
    },
    async unfinished() {
      const rows = db
        .select({ ...rowColumns, queue: runTable.queue })
        .from(runTable)
        .where(eq(runTable.over, false))
        .orderBy(asc(runTable.createdAt), asc(runTable.id))
      const found: Unfinished[] = []
      for (const { queue, ...row } of await ask(rows)) {
        const run = await ask(folds.read(db, row))
        if (!isOver(run.state)) found.push({ run, queue: queue ?? undefined })
      }
      return found
    },
    subscribe(runId, listener) {
      const heard = listeners.get(runId) ?? new Set()
      listeners.set(runId, heard.add(listener))
      return () => {
        heard.delete(listener)
        if (heard.size === 0 && listeners.get(runId) === heard) listeners.delete(runId)
      }
    },
    subscribeToAll(listener) {
      allListeners.add(listener)
      return () => void allListeners.delete(listener)
    },
  }
}

/** What a listener throws is its own trouble: the event is stored, and whoever appended it must hear so. */
function heed(tell: () => void): void {
  try {
    tell()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}

function ambiguous(prefix: string): Problem {
  return new Problem('runs/ambiguous', {
    says: `Several runs begin with "${prefix}".`,
    advice: 'Write more of the id: "whippet runs" lists them.',
  })
}
