import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import type { Database } from './database.ts'
import { hearNotices } from './notices.ts'
import { unreachable } from './trouble.ts'

const CONNECT_TIMEOUT_MS = 10_000

/** A Postgres server. Connects at the first query; statements that take longer than `timeoutMs` are given up by it. */
export function openPostgres(url: string, timeoutMs: number): Database {
  const place = placeOf(url)
  const pool = new pg.Pool({
    connectionString: url,
    max: 8,
    connectionTimeoutMillis: Math.min(timeoutMs, CONNECT_TIMEOUT_MS),
    statement_timeout: timeoutMs,
    idle_in_transaction_session_timeout: 4 * timeoutMs,
    application_name: 'whippet',
  })
  // A connection that breaks while nobody uses it: the next query opens another, or says what is wrong.
  pool.on('error', () => undefined)
  return {
    db: drizzle(pool),
    connection: { pool },
    place,
    requireRoom: async () => undefined,
    hear: (hearing) => hearNotices({ connectionString: url, application_name: 'whippet notices' }, hearing),
    close: () => pool.end(),
  }
}

/** Where the server is, for people: no user, no password. */
function placeOf(url: string): string {
  try {
    // `postgres://user@/name?host=/run/postgresql` names a socket's folder and has no host; URL wants one.
    const { host, pathname, searchParams } = new URL(url.replace('@/', '@localhost/'))
    return `${searchParams.get('host') ?? (host || 'localhost')}${pathname}`
  } catch {
    // No cause: it would show the password.
    throw unreachable('DATABASE_URL', 'it is no URL like postgres://user:password@host:5432/database')
  }
}
