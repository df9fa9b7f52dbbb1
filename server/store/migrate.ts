import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { type MigrationMeta, readMigrationFiles } from 'drizzle-orm/migrator'
import { Problem } from '../../lib/problem.ts'
import type { Database } from './database.ts'

const FOLDER = fileURLToPath(new URL('./migrations', import.meta.url))

/** Any number, as long as it stays the same: whoever migrates holds this lock. */
const LOCK = 0x77686970

/**
 * Brings a database's tables up to date, in one transaction. One that is up to date costs two queries.
 *
 * @param until the time of the last migration to apply, for a dump that was made then.
 * @throws Problem `store/newer` when a newer Whippet has been there.
 */
export async function migrate(
  { db, place }: Pick<Database, 'db' | 'place'>,
  until = Number.POSITIVE_INFINITY,
): Promise<void> {
  const all = readMigrationFiles({ migrationsFolder: FOLDER })
  const migrations = all.filter(({ folderMillis }) => folderMillis <= until)
  const wanted = migrations.at(-1)?.folderMillis ?? 0
  if (until < Number.POSITIVE_INFINITY && wanted !== until) throw newer(place)
  const applied = await lastApplied(db)
  if (applied > wanted) throw newer(place)
  if (applied < wanted) await db.transaction((tx) => apply(tx, migrations))
}

type Queries = Pick<Database['db'], 'execute'>

/** When the last migration that was applied was written; 0 for an empty database. The table is drizzle's. */
export async function lastApplied(db: Queries): Promise<number> {
  const [found] = rowsOf<{ found: boolean }>(
    await db.execute(sql`select to_regclass('drizzle.__drizzle_migrations') is not null as found`),
  )
  if (!found?.found) return 0
  const [last] = rowsOf<{ at: string | number | null }>(
    await db.execute(sql`select max(created_at) as at from drizzle.__drizzle_migrations`),
  )
  return Number(last?.at ?? 0)
}

async function apply(tx: Queries, migrations: readonly MigrationMeta[]): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${sql.raw(String(LOCK))})`)
  await tx.execute(sql`create schema if not exists drizzle`)
  await tx.execute(
    sql`create table if not exists drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)`,
  )
  // Another process may have migrated while this one waited for the lock.
  const applied = await lastApplied(tx)
  for (const { sql: statements, hash, folderMillis } of migrations) {
    if (folderMillis <= applied) continue
    for (const statement of statements) await tx.execute(sql.raw(statement))
    await tx.execute(
      sql`insert into drizzle.__drizzle_migrations (hash, created_at) values (${hash}, ${folderMillis})`,
    )
  }
}

/** Both drivers answer with `rows`; drizzle's common type doesn't say so. */
export function rowsOf<Row>(answer: unknown): Row[] {
  return (answer as { rows: Row[] }).rows
}

function newer(place: string): Problem {
  return new Problem('store/newer', {
    says: `The database in ${place} was written by a newer Whippet.`,
    advice: 'Use that version, or another data folder.',
  })
}
