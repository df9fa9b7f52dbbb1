import { randomBytes } from 'node:crypto'
import { and, asc, desc, eq, gt, isNull, lte, notInArray, type SQL, sql } from 'drizzle-orm'
import type { RunSummary } from '../../lib/api/runs.ts'
import type { DatasetVersion } from '../../lib/dataset/dataset.ts'
import { STEP_TYPES } from '../../lib/live/steps.ts'
import { Problem } from '../../lib/problem.ts'
import type { NewRunEvent, RunEvent } from '../../lib/run/events.ts'
import { isOver, type Run } from '../../lib/run/run.ts'
import type { RunSettings } from '../../lib/run/settings.ts'
import type { Database, Transaction } from './database.ts'
import { type LogListener, openFeed, type Place, type RunListener } from './feed.ts'
import { openFolds, rowColumns } from './folds.ts'
import { inOrder } from './in-order.ts'
import { type Hearing, type Notices, placeIn } from './notices.ts'
import { type Appended, appendEvents, createRun, nextAttempt, validated } from './run-log.ts'
import { runEvents, runs as runTable } from './schema.ts'
import { eventOf } from './stored-events.ts'
import { withinTime } from './trouble.ts'

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
  /** In order, those after `afterSeq`, at most so many. */
  events(runId: string, afterSeq?: number, limit?: number): Promise<RunEvent[]>
  /** In order, those after `afterSeq` up to `toSeq` that are no steps (`lib/live/steps.ts`), at most so many. */
  changes(runId: string, stretch: { afterSeq: number; toSeq: number }, limit: number): Promise<RunEvent[]>
  /** @throws Problem `runs/ambiguous` when several ids begin so. */
  find(idOrPrefix: string): Promise<Run | undefined>
  /** The newest first, without the trials of tunes. */
  list(limit?: number): Promise<RunSummary[]>
  /** The oldest first. */
  unfinished(): Promise<Unfinished[]>
  /** From now on hears of what other processes append, where they share the database. */
  listen(): Promise<void>
  /** Hears of every event that this process appends, and once it listens of all: stored, in order, each once. */
  subscribe(runId: string, listener: RunListener): () => void
  /** The same for all runs, those that are created later too. */
  subscribeToAll(listener: LogListener): () => void
  close(): Promise<void>
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
/** Events of other processes that are read at once. */
const AT_ONCE = 1000

export function runsIn(database: Database, timeoutMs: number, newId: () => string): Runs {
  const { db, place, requireRoom } = database
  const ask = <T>(work: Promise<T>) => withinTime(work, timeoutMs, place)
  const write = async <T>(work: (tx: Transaction) => Promise<T>) => {
    await requireRoom(0)
    return ask(db.transaction(work))
  }
  const oneByOne = inOrder()
  const folds = openFolds()
  const writing = { folds, ...(database.hear && { origin: randomBytes(6).toString('hex') }) }
  // Trouble with the database is told by every query; what could not be read is read at the next notice or heartbeat.
  const feed = openFeed({ read: ({ runId, seq }) => events(runId, seq, AT_ONCE), onTrouble: () => undefined })
  let notices: Promise<Notices> | undefined

  async function eventsWhere(runId: string, limit: number, ...which: SQL[]): Promise<RunEvent[]> {
    const rows = db
      .select()
      .from(runEvents)
      .where(and(eq(runEvents.runId, runId), ...which))
      .orderBy(asc(runEvents.seq))
      .limit(limit)
    return (await ask(rows)).map(eventOf)
  }
  const events = (runId: string, afterSeq = 0, limit = MANY) =>
    eventsWhere(runId, limit, gt(runEvents.seq, afterSeq))

  /** How far the logs of all runs have come: at the start, and after the connection was lost; else of those that go on. */
  async function places(which: 'all' | 'unfinished'): Promise<Place[]> {
    const rows = db.select({ runId: runTable.id, seq: runTable.seq }).from(runTable)
    return ask(which === 'all' ? rows : rows.where(eq(runTable.over, false)))
  }

  const hearing: Hearing = {
    onNotice(notice) {
      const place = placeIn(notice)
      if (place && place.origin !== writing.origin) feed.reached([place])
    },
    async onListening(how) {
      if (how === 'first') feed.begin(await places('all'))
      else feed.reached(await places(how === 'again' ? 'all' : 'unfinished'))
    },
  }

  async function committed(runId: string, work: (tx: Transaction) => Promise<Appended>) {
    const { events: appended, run } = await write(work)
    if (run) folds.keep(run)
    feed.committed(runId, appended)
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
        return (await noted(id, createRun(tx, writing, { id, settings, dataset, queue }))).run!
      },
      beginAttempt: (runId, queue) => nextAttempt(tx, runId, queue === undefined ? undefined : { queue }),
      async append(runId, attempt, added) {
        const valid = added.map(validated)
        return (await noted(runId, appendEvents(tx, writing, { runId, attempt, added: valid }))).events
      },
    })
    try {
      const result = await write((tx) => work(within(tx)))
      for (const { events: appended, run } of done) {
        if (!run) continue
        folds.keep(run)
        feed.committed(run.id, appended)
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
    changes: (runId, { afterSeq, toSeq }, limit) =>
      eventsWhere(
        runId,
        limit,
        gt(runEvents.seq, afterSeq),
        lte(runEvents.seq, toSeq),
        notInArray(runEvents.type, [...STEP_TYPES]),
      ),
    async create(settings, dataset, queue) {
      const id = newId()
      return (await committed(id, (tx) => createRun(tx, writing, { id, settings, dataset, queue }))).run!
    },
    beginAttempt(runId) {
      return oneByOne(runId, () => write((tx) => nextAttempt(tx, runId)))
    },
    reopen(runId, event, queue) {
      const added = [validated(event)]
      return oneByOne(runId, async () => {
        const { run } = await committed(runId, async (tx) => {
          const attempt = await nextAttempt(tx, runId, { queue })
          return appendEvents(tx, writing, { runId, attempt, added })
        })
        return run!
      })
    },
    append(runId, attempt, added) {
      return oneByOne(runId, async () => {
        const valid = added.map(validated)
        const work = (tx: Transaction) => appendEvents(tx, writing, { runId, attempt, added: valid })
        return (await committed(runId, work)).events
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
    subscribe: feed.subscribe,
    subscribeToAll: feed.subscribeToAll,
    async listen() {
      notices ??= database.hear?.(hearing)
      await notices
    },
    close: async () => (await notices)?.close(),
  }
}

function ambiguous(prefix: string): Problem {
  return new Problem('runs/ambiguous', {
    says: `Several runs begin with "${prefix}".`,
    advice: 'Write more of the id: "whippet runs" lists them.',
  })
}
