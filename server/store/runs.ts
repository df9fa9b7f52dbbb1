import { and, asc, desc, eq, gt, sql } from 'drizzle-orm'
import type { DatasetVersion } from '../../lib/dataset/dataset.ts'
import { Problem } from '../../lib/problem.ts'
import type { NewRunEvent, RunEvent } from '../../lib/run/events.ts'
import { type Run, reduceRun } from '../../lib/run/run.ts'
import type { RunSettings } from '../../lib/run/settings.ts'
import type { Database, Transaction } from './database.ts'
import { inOrder } from './in-order.ts'
import { appendEvents, createRun, endedRun, eventOf, folded, nextAttempt, validated } from './run-log.ts'
import { runEvents, runs as runTable } from './schema.ts'
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

export function runsIn({ db, place, requireRoom }: Database, timeoutMs: number, newId: () => string): Runs {
  const ask = <T>(work: Promise<T>) => withinTime(work, timeoutMs, place)
  const write = async <T>(work: (tx: Transaction) => Promise<T>) => {
    await requireRoom(0)
    return ask(db.transaction(work))
  }
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
      const queued = await write((tx) => createRun(tx, id, settings, dataset))
      return reduceRun(undefined, queued)
    },
    beginAttempt(runId) {
      return oneByOne(runId, () => write((tx) => nextAttempt(tx, runId)))
    },
    append(runId, attempt, added) {
      return oneByOne(runId, async () => {
        const valid = added.map(validated)
        const appended = await write((tx) => appendEvents(tx, runId, attempt, valid))
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
        .select({ id: runTable.id, seq: runTable.seq, ended: runTable.ended })
        .from(runTable)
        .orderBy(desc(runTable.createdAt), desc(runTable.id))
      const listed: Run[] = []
      for (const row of await ask(rows)) listed.push(endedRun(row) ?? folded(row.id, await events(row.id)))
      return listed
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

function ambiguous(prefix: string): Problem {
  return new Problem('runs/ambiguous', {
    says: `Several runs begin with "${prefix}".`,
    advice: 'Write more of the id: "whippet runs" lists them.',
  })
}
