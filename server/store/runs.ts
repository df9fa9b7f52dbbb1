import { and, asc, desc, eq, gt, sql } from 'drizzle-orm'
import type { DatasetVersion } from '../../lib/dataset/dataset.ts'
import { Problem } from '../../lib/problem.ts'
import { type NewRunEvent, newRunEventSchema, type RunEvent, runEventSchema } from '../../lib/run/events.ts'
import { fenced, type Run, reduceRun } from '../../lib/run/run.ts'
import type { RunSettings } from '../../lib/run/settings.ts'
import type { Database, Transaction } from './database.ts'
import { inOrder } from './in-order.ts'
import { runEvents, runs as runTable } from './schema.ts'
import { storable } from './storable.ts'
import { withinTime } from './trouble.ts'

export type RunListener = (event: RunEvent) => void

export type Runs = {
  /** Writes `queued`. */
  create(settings: RunSettings, dataset: DatasetVersion): Promise<Run>
  /** The number of a new attempt; from now on older ones are refused. */
  beginAttempt(runId: string): Promise<number>
  /**
   * Numbers events and writes them, all or none. Calls from one process are done in the order in which they were made.
   *
   * @throws Problem `runs/fenced` when a newer attempt has begun; `runs/unknown`.
   */
  append(runId: string, attempt: number, events: readonly NewRunEvent[]): Promise<RunEvent[]>
  /** In order, those after `afterSeq`. */
  events(runId: string, afterSeq?: number): Promise<RunEvent[]>
  /** @throws Problem `runs/ambiguous` when several ids begin so. */
  find(idOrPrefix: string): Promise<Run | undefined>
  /** The newest first. */
  list(): Promise<Run[]>
  /** Hears of every event that this process appends, once it is stored. Returns what ends it. */
  subscribe(runId: string, listener: RunListener): () => void
}

export function runsIn({ db, place }: Database, timeoutMs: number, newId: () => string): Runs {
  const ask = <T>(work: Promise<T>) => withinTime(work, timeoutMs, place)
  const listeners = new Map<string, Set<RunListener>>()
  const oneByOne = inOrder()

  async function events(runId: string, afterSeq = 0): Promise<RunEvent[]> {
    const rows = db
      .select()
      .from(runEvents)
      .where(and(eq(runEvents.runId, runId), gt(runEvents.seq, afterSeq)))
      .orderBy(asc(runEvents.seq))
    return (await ask(rows)).map(eventOf)
  }

  function tell(runId: string, appended: readonly RunEvent[]): void {
    for (const event of appended) for (const listener of listeners.get(runId) ?? []) heed(listener, event)
  }

  return {
    events,
    async create(settings, dataset) {
      const id = newId()
      const queued = await ask(db.transaction((tx) => createRun(tx, id, settings, dataset)))
      return reduceRun(undefined, queued)
    },
    beginAttempt(runId) {
      return oneByOne(runId, () => ask(db.transaction((tx) => nextAttempt(tx, runId))))
    },
    append(runId, attempt, added) {
      return oneByOne(runId, async () => {
        const valid = added.map(validated)
        const appended = await ask(db.transaction((tx) => appendEvents(tx, runId, attempt, valid)))
        tell(runId, appended)
        return appended
      })
    },
    async find(idOrPrefix) {
      const matching = db
        .select({ id: runTable.id })
        .from(runTable)
        .where(sql`starts_with(${runTable.id}, ${idOrPrefix.toLowerCase()})`)
        .limit(2)
      const [one, another] = idOrPrefix === '' ? [] : await ask(matching)
      if (another) throw ambiguous(idOrPrefix)
      return one && folded(one.id, await events(one.id))
    },
    async list() {
      const rows = db
        .select({ event: runEvents })
        .from(runEvents)
        .innerJoin(runTable, eq(runTable.id, runEvents.runId))
        .orderBy(desc(runTable.createdAt), desc(runTable.id), asc(runEvents.seq))
      const logs = new Map<string, RunEvent[]>()
      for (const { event } of await ask(rows)) {
        const log = logs.get(event.runId) ?? []
        logs.set(event.runId, log)
        log.push(eventOf(event))
      }
      return [...logs].map(([id, log]) => folded(id, log))
    },
    subscribe(runId, listener) {
      const heard = listeners.get(runId) ?? new Set()
      listeners.set(runId, heard.add(listener))
      return () => {
        heard.delete(listener)
        if (heard.size === 0 && listeners.get(runId) === heard) listeners.delete(runId)
      }
    },
  }
}

/** What a listener throws is its own trouble: the event is stored, and whoever appended it must hear so. */
function heed(listener: RunListener, event: RunEvent): void {
  try {
    listener(event)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}

async function createRun(
  tx: Transaction,
  id: string,
  settings: RunSettings,
  { id: version, dataset, version: number, classes, counts }: DatasetVersion,
): Promise<RunEvent> {
  await tx.insert(runTable).values({ id, versionId: version, seq: 0, attempt: 0, createdAt: new Date() })
  const queued = validated({
    type: 'queued',
    run: id,
    settings,
    dataset: { version, name: `${dataset}@${number}`, classes: [...classes], counts },
  })
  const [event] = await appendEvents(tx, id, 0, [queued])
  return event!
}

async function nextAttempt(tx: Transaction, runId: string): Promise<number> {
  const { attempt } = await locked(tx, runId)
  await tx
    .update(runTable)
    .set({ attempt: attempt + 1 })
    .where(eq(runTable.id, runId))
  return attempt + 1
}

async function appendEvents(
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
  await tx.insert(runEvents).values(rows)
  await tx
    .update(runTable)
    .set({ seq: run.seq + added.length })
    .where(eq(runTable.id, runId))
  return rows.map(eventOf)
}

/** An event as it can be stored: what a child process or a caller says is not taken on trust. */
function validated(event: NewRunEvent): NewRunEvent {
  const valid = newRunEventSchema.safeParse(storable(event))
  if (valid.success) return valid.data
  throw new Problem('runs/bad-event', {
    says: `"${event.type}" is no event of a run as it stands: ${valid.error.issues[0]?.message} (${valid.error.issues[0]?.path.join('.')}).`,
    cause: valid.error,
  })
}

/** The run's row, which nobody else changes until the transaction ends: that is what keeps `seq` without gaps. */
async function locked(tx: Transaction, runId: string): Promise<{ seq: number; attempt: number }> {
  const [run] = await tx
    .select({ seq: runTable.seq, attempt: runTable.attempt })
    .from(runTable)
    .where(eq(runTable.id, runId))
    .for('update')
  if (!run)
    throw new Problem('runs/unknown', { says: `There is no run ${runId}.`, advice: 'See "whippet runs".' })
  return run
}

function eventOf({ seq, at, attempt, type, body, runId }: typeof runEvents.$inferSelect): RunEvent {
  const event = runEventSchema.safeParse({ ...body, type, seq, at: at.toISOString(), attempt })
  if (event.success) return event.data
  throw new Problem('runs/damaged-log', {
    says: `Event ${seq} of run ${runId} can't be read: it is damaged, or another version of Whippet wrote it.`,
    cause: event.error,
  })
}

function folded(id: string, log: readonly RunEvent[]): Run {
  const run = log.reduce<Run | undefined>(reduceRun, undefined)
  if (run) return run
  throw new Problem('runs/damaged-log', { says: `The log of run ${id} is empty.` })
}

function ambiguous(prefix: string): Problem {
  return new Problem('runs/ambiguous', {
    says: `Several runs begin with "${prefix}".`,
    advice: 'Write more of the id: "whippet runs" lists them.',
  })
}
