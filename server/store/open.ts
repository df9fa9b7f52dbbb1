import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import type { DumpSummary } from '../../lib/backup/manifest.ts'
import type { Database } from './database.ts'
import { type Datasets, datasetsIn } from './datasets.ts'
import { dumpDatabase } from './dump.ts'
import { type Extractions, extractionsIn } from './extractions.ts'
import { migrate } from './migrate.ts'
import { type Runs, runsIn } from './runs.ts'
import { type Shares, sharesIn } from './shares.ts'
import { shortIds } from './short-id.ts'
import { withinTime } from './trouble.ts'
import { type Tunes, tunesIn } from './tunes.ts'

/** Datasets, run logs, tunes and shares, in a database of whichever sort. */
export type Store = {
  /** For what keeps tables of its own in it: the queue. */
  readonly database: Database
  readonly datasets: Datasets
  readonly runs: Runs
  readonly shares: Shares
  readonly extractions: Extractions
  readonly tunes: Tunes
  /** Resolves once the database has answered. @throws Problem `store/timeout`, `store/unreachable`. */
  ping(): Promise<void>
  /** See {@link dumpDatabase}. */
  dump(file: string): Promise<DumpSummary>
  close(): Promise<void>
}

export type StoreSettings = ({ dataDir: string } | { databaseUrl: string }) & {
  /** How long a query may take. */
  timeoutMs?: number
}

const TIMEOUT_MS = 15_000
/** Whoever asks whether it is there waits no longer. */
const PING_TIMEOUT_MS = 3000
/** Making a database, or waiting for another process that brings it up to date. */
const MIGRATION_TIMEOUT_MS = 60_000

/**
 * Opens the database in a data folder (which the caller owns, see `server/owner`) or a Postgres server, its tables
 * brought up to date.
 *
 * @throws Problem `store/unreachable`, `store/damaged` or `store/newer`; later on, queries throw `store/timeout`,
 * `store/unreachable` and `store/disk-full`.
 */
export async function openStore(settings: StoreSettings): Promise<Store> {
  const { timeoutMs = TIMEOUT_MS } = settings
  const database = await connect(settings, timeoutMs)
  try {
    await withinTime(migrate(database), MIGRATION_TIMEOUT_MS, database.place)
  } catch (thrown) {
    await database.close()
    throw thrown
  }
  return storeOn(database, timeoutMs)
}

/** A store on an open database whose tables are up to date. */
export function storeOn(database: Database, timeoutMs = TIMEOUT_MS): Store {
  const newId = shortIds()
  const runs = runsIn(database, timeoutMs, newId)
  const close = async () => {
    await runs.close()
    await database.close()
  }
  return {
    database,
    datasets: datasetsIn(database, timeoutMs, newId),
    runs,
    shares: sharesIn(database, timeoutMs, newId),
    extractions: extractionsIn(database, timeoutMs, newId),
    tunes: tunesIn(database, timeoutMs, newId),
    ping: () =>
      withinTime(
        database.db.execute(sql`select 1`).then(() => undefined),
        Math.min(timeoutMs, PING_TIMEOUT_MS),
        database.place,
      ),
    dump: (file) => dumpDatabase(database, file),
    close: () => withinTime(close(), timeoutMs, database.place),
  }
}

/** Each driver is loaded only where it is needed: that is a good part of the time to open. */
export async function connect(settings: StoreSettings, timeoutMs: number): Promise<Database> {
  if ('databaseUrl' in settings) {
    const { openPostgres } = await import('./postgres.ts')
    return openPostgres(settings.databaseUrl, timeoutMs)
  }
  const { openPglite } = await import('./pglite.ts')
  return openPglite(join(settings.dataDir, 'database'))
}
