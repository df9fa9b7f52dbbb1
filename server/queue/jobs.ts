import { sql } from 'drizzle-orm'
import { type Db, fromDrizzle, fromPglite, PgBoss } from 'pg-boss'
import { prioritiesFor, type Waiting } from '../../lib/run/queue-order.ts'
import { MOST_DEVICES } from '../../lib/run/settings.ts'
import type { Database, Transaction } from '../store/database.ts'

/** A run that waits for devices. */
export type WaitingJob = Waiting & { readonly devices: number }

/**
 * One pg-boss job per run that is not over: it holds the run's place in the queue and nothing else. What a run is, its log
 * says. Jobs change in the transactions that change runs, so that one is never without the other.
 */
export type Jobs = Places & {
  /** Nothing where the run has one already. */
  add(tx: Transaction, job: { run: string; devices: number; priority?: number | undefined }): Promise<void>
  /** The next run for a machine with so many devices. It is nobody else's until it is given back or removed. */
  claim(tx: Transaction, mostDevices: number): Promise<{ run: string; devices: number } | undefined>
  /** Those that wait, in no order. */
  waiting(tx?: Transaction): Promise<WaitingJob[]>
  /** Puts those that wait into this order. */
  reorder(tx: Transaction, order: readonly Waiting[]): Promise<void>
  /** Of another queue in the same database, whose worker may be gone. */
  inHome(home: string): Places
  close(): Promise<void>
}

/** The places of runs in one queue. */
export type Places = {
  /** A claimed run waits again, where it was. */
  giveBack(tx: Transaction, run: string): Promise<void>
  remove(tx: Transaction, run: string): Promise<void>
  /** Whether a run has a job, waiting or claimed. */
  has(tx: Transaction, run: string): Promise<boolean>
}

type Data = { run: string; devices: number }

/** Far more often than a run is given back: our own limit comes first. */
const RETRIES = 10_000
const MANY = 100_000

/** The queue of one home (see `queue` of runs), in the database of the store. Makes its tables at the first opening. */
export async function openJobs(database: Database, home: string): Promise<Jobs> {
  const { connection } = database
  const boss = new PgBoss({
    ...('pglite' in connection
      ? { db: fromPglite(connection.pglite), backend: 'pglite' as const }
      : { db: fromPool(connection.pool) }),
    schema: 'pgboss',
    // Nothing expires or is cleaned away behind our back: jobs are removed when their runs are over.
    supervise: false,
    schedule: false,
  })
  // What a query throws, its caller hears; this is about pg-boss's own rounds, which are off.
  boss.on('error', () => undefined)
  const name = nameOf(home)
  await oneByOne(connection, async () => {
    await boss.start()
    await boss.createQueue(name, { policy: 'exclusive', retryLimit: RETRIES, retryDelay: 0 })
  })
  const within = (tx: Transaction): { db: Db } => ({
    // Both drivers answer with rows; drizzle's common type doesn't say so.
    db: fromDrizzle(tx as Parameters<typeof fromDrizzle>[0], sql),
  })

  function placesIn(queue: string): Places {
    const find = (tx: Transaction, run: string) => boss.findJobs<Data>(queue, { key: run, ...within(tx) })
    return {
      async giveBack(tx, run) {
        for (const { id, state } of await find(tx, run)) {
          if (state === 'active') await boss.fail(queue, id, null, within(tx))
        }
      },
      async remove(tx, run) {
        for (const { id } of await find(tx, run)) await boss.deleteJob(queue, id, within(tx))
      },
      has: async (tx, run) => (await find(tx, run)).length > 0,
    }
  }

  return {
    ...placesIn(name),
    inHome: (other) => placesIn(nameOf(other)),
    async add(tx, { run, devices, priority = 0 }) {
      const options = { singletonKey: run, group: { id: String(devices) }, priority, ...within(tx) }
      await boss.send(name, { run, devices } satisfies Data, options)
    },
    async claim(tx, mostDevices) {
      const tooMany = Array.from({ length: MOST_DEVICES - mostDevices }, (_, i) =>
        String(mostDevices + 1 + i),
      )
      const [job] = await boss.fetch<Data>(name, { ignoreGroups: tooMany, ...within(tx) })
      return job?.data
    },
    async waiting(tx) {
      const jobs = await boss.findJobs<Data>(name, { queued: true, limit: MANY, ...(tx && within(tx)) })
      return jobs.map(({ data, priority, createdOn }) => ({ ...data, priority, at: timeOf(createdOn) }))
    },
    async reorder(tx, order) {
      for (const [run, priority] of prioritiesFor(order)) {
        await boss.update(name, undefined, { singletonKey: run, priority, ...within(tx) })
      }
    },
    close: () => boss.stop({ graceful: false }),
  }
}

const nameOf = (home: string) => `runs-${home}`

/** Inside a transaction drizzle leaves times as the database writes them. */
const timeOf = (time: Date | string) => new Date(time).getTime()

/** Any number that nobody else locks. */
const LOCK = 7_704_051

/** Two servers that begin at once on a new database would both make pg-boss's tables, and one of them would fail. */
async function oneByOne(connection: Database['connection'], work: () => Promise<void>): Promise<void> {
  if ('pglite' in connection) return work()
  const client = await connection.pool.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK])
    try {
      await work()
    } finally {
      await client.query('select pg_advisory_unlock($1)', [LOCK])
    }
  } finally {
    client.release()
  }
}

/** pg-boss on our own connections; several statements in one text give a result each. */
function fromPool(pool: Extract<Database['connection'], { pool: unknown }>['pool']): Db {
  return {
    async executeSql(text, values) {
      const answer: unknown = await pool.query(text, values)
      const results = (Array.isArray(answer) ? answer : [answer]) as { rows?: unknown[] }[]
      return { rows: results.flatMap(({ rows }) => rows ?? []) }
    },
  }
}
