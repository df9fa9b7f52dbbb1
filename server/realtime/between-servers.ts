import { createAdapter } from '@socket.io/postgres-adapter'
import pg from 'pg'

/**
 * Lets servers that share a database tell each other what stands in no table: how far a bundle is, and that a link was
 * revoked. Run events do not go this way: each server reads them itself (`server/store/feed.ts`), and none gets lost with
 * a connection.
 */
export function betweenServers(databaseUrl: string) {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 3, application_name: 'whippet servers' })
  const ignore = () => undefined
  // Both a connection that nobody uses and the one that listens: the adapter connects again.
  pool.on('error', ignore)
  pool.on('connect', (client) => client.on('error', ignore))
  return { adapter: createAdapter(pool, { errorHandler: ignore }), close: () => pool.end() }
}
