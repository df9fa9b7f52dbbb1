import { mkdir } from 'node:fs/promises'
import { PGlite } from '@electric-sql/pglite'
import { drizzle } from 'drizzle-orm/pglite'
import { Problem } from '../../lib/problem.ts'
import type { Database } from './database.ts'
import { requireRoom } from './room.ts'

/** What an empty one takes. */
const NEW_DATABASE_BYTES = 40 << 20

/**
 * The embedded Postgres in a folder of its own. One process at a time: the caller owns the data folder
 * (`server/owner`). The first opening makes the database, which takes a few seconds.
 *
 * @throws Problem `store/damaged` when the folder can't be opened, `store/disk-full`.
 */
export async function openPglite(folder: string): Promise<Database> {
  try {
    await mkdir(folder, { recursive: true })
    await requireRoom(folder, NEW_DATABASE_BYTES)
    const client = await PGlite.create({ dataDir: folder })
    return {
      db: drizzle(client),
      connection: { pglite: client },
      place: folder,
      requireRoom: (bytes) => requireRoom(folder, bytes),
      close: () => client.close(),
    }
  } catch (cause) {
    throw cause instanceof Problem ? cause : damaged(folder, cause)
  }
}

function damaged(folder: string, cause: unknown): Problem {
  return new Problem('store/damaged', {
    says: `The database in ${folder} can't be opened: ${cause instanceof Error ? cause.message : String(cause)}.`,
    advice: 'Check that the folder can be written. If it is damaged, put back a copy of it.',
    cause,
  })
}
