import type { PGlite } from '@electric-sql/pglite'
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'
import type { Pool } from 'pg'
import type { Hearing, Notices } from './notices.ts'

/** Postgres as drizzle sees it, embedded or a server: the store's code is the same on both. */
export type Database = {
  readonly db: PgDatabase<PgQueryResultHKT>
  /** What is under it: the queue speaks to it by itself. */
  readonly connection: { readonly pglite: PGlite } | { readonly pool: Pool }
  /** For people, without credentials: a folder, or `host:port/name`. */
  readonly place: string
  /** @throws Problem `store/disk-full` when writing so much more can't be trusted to end well. */
  requireRoom(bytes: number): Promise<void>
  /** Where several processes share it: hears what others say with `pg_notify`. Absent where one process owns it. */
  readonly hear?: (hearing: Hearing) => Promise<Notices>
  close(): Promise<void>
}

/** What a transaction hands to its function. */
export type Transaction = Parameters<Parameters<Database['db']['transaction']>[0]>[0]
