import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { sql } from 'drizzle-orm'
import { BACKUP_VERSION, type DumpSummary } from '../../lib/backup/manifest.ts'
import { isDiskFull } from '../files/disk-full.ts'
import type { Database, Transaction } from './database.ts'
import { lastApplied, rowsOf } from './migrate.ts'
import { tablesInOrder } from './tables.ts'
import { diskFull } from './trouble.ts'

/** Rows fetched in one go. */
const AT_ONCE = 2000

/**
 * Writes all our tables into a gzipped file of JSON lines, as they stand at one moment: embedded or a server, the dump is
 * the same and either can load it. The file appears whole or not at all. The embedded database answers nothing else
 * meanwhile (some 100,000 rows a second).
 *
 * Lines: `{"whippet-dump": 1, "migration": …}`; then for each table `{"table": name}` and its rows, an object each, as
 * Postgres writes it; at last `{"end": rows}`, without which the dump is not whole.
 *
 * @throws Problem `store/disk-full`, and what a query throws.
 */
export async function dumpDatabase({ db, place }: Database, file: string): Promise<DumpSummary> {
  await mkdir(dirname(file), { recursive: true })
  const temporary = `${file}.${process.pid}.part`
  const rows: Record<string, number> = {}
  let migration = 0
  const measure = measured()
  try {
    await db.transaction(
      async (tx) => {
        migration = await lastApplied(tx)
        const lines = Readable.from(linesOf(tx, migration, rows))
        await pipeline(lines, createGzip({ level: 4 }), measure.through, createWriteStream(temporary))
      },
      { isolationLevel: 'repeatable read', accessMode: 'read only' },
    )
    await synced(temporary)
    await rename(temporary, file)
  } catch (thrown) {
    await rm(temporary, { force: true })
    throw isDiskFull(thrown) ? diskFull(place, thrown) : thrown
  }
  return { migration, rows, ...measure.result() }
}

async function* linesOf(
  tx: Transaction,
  migration: number,
  counts: Record<string, number>,
): AsyncGenerator<string> {
  yield `${JSON.stringify({ 'whippet-dump': BACKUP_VERSION, migration })}\n`
  for (const table of tablesInOrder()) {
    yield `${JSON.stringify({ table })}\n`
    counts[table] = 0
    const rows = sql`select row_to_json(t)::text as row from ${sql.identifier(table)} t`
    await tx.execute(sql`declare dumped no scroll cursor for ${rows}`)
    for (;;) {
      const fetched = rowsOf<{ row: string }>(await tx.execute(sql.raw(`fetch ${AT_ONCE} from dumped`)))
      if (fetched.length === 0) break
      counts[table] += fetched.length
      yield `${fetched.map(({ row }) => row).join('\n')}\n`
    }
    await tx.execute(sql`close dumped`)
  }
  yield `${JSON.stringify({ end: Object.values(counts).reduce((sum, count) => sum + count, 0) })}\n`
}

/** Hash and length of what passes through. */
function measured() {
  const hash = createHash('sha256')
  let bytes = 0
  const through = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      bytes += chunk.length
      done(null, chunk)
    },
  })
  return { through, result: () => ({ sha256: hash.digest('hex'), bytes }) }
}

async function synced(file: string): Promise<void> {
  const handle = await open(file, 'r+')
  await handle.sync().finally(() => handle.close())
}
