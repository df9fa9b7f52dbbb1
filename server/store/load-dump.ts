import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { BACKUP_VERSION } from '../../lib/backup/manifest.ts'
import { Problem } from '../../lib/problem.ts'
import type { Database, Transaction } from './database.ts'
import { lastApplied, migrate } from './migrate.ts'
import { tablesInOrder } from './tables.ts'

const headSchema = z.object({
  'whippet-dump': z.literal(BACKUP_VERSION),
  migration: z.number().int().positive(),
})
const tableSchema = z.strictObject({ table: z.string() })
const endSchema = z.strictObject({ end: z.number().int() })

/** A statement's worth of rows. */
const MOST_ROWS = 2000
const MOST_CHARACTERS = 4 << 20

/**
 * Fills an empty database from a dump: its tables as they were when it was made, its rows, then up to date.
 *
 * @throws Problem `backup/damaged`, `backup/database-not-empty`, `store/newer`.
 */
export async function loadDump(database: Database, file: string): Promise<void> {
  const { db, place } = database
  if ((await lastApplied(db)) > 0) {
    throw new Problem('backup/database-not-empty', {
      says: `The database in ${place} has tables of Whippet already.`,
      advice: 'Restore into an empty database.',
    })
  }
  const lines = linesOf(file)
  const head = headSchema.safeParse(parsed((await next(lines, file)) ?? ''))
  if (!head.success) throw damaged(file, head.error)
  await migrate(database, head.data.migration)
  await db.transaction((tx) => loadRows(tx, lines, file))
  await migrate(database)
}

async function loadRows(tx: Transaction, lines: AsyncIterator<string>, file: string): Promise<void> {
  const known = new Set(tablesInOrder())
  let table: string | undefined
  let waiting: string[] = []
  let characters = 0
  let loaded = 0
  const flush = async () => {
    if (waiting.length > 0) {
      const rows = sql`json_populate_recordset(null::${sql.identifier(table!)}, ${`[${waiting.join(',')}]`}::json)`
      await tx.execute(sql`insert into ${sql.identifier(table!)} select * from ${rows}`)
    }
    loaded += waiting.length
    waiting = []
    characters = 0
  }
  for (let line = await next(lines, file); line !== undefined; line = await next(lines, file)) {
    // Rows are handed on as they are written: a number that JavaScript can't hold passes unharmed.
    if (line.startsWith('{"table":')) {
      await flush()
      table = tableSchema.safeParse(parsed(line)).data?.table
      if (table === undefined || !known.has(table)) throw damaged(file, `the table ${table}`)
    } else if (line.startsWith('{"end":')) {
      await flush()
      if (endSchema.safeParse(parsed(line)).data?.end === loaded) return
      throw damaged(file, `${loaded} rows`)
    } else {
      if (table === undefined) throw damaged(file, 'a row without a table')
      waiting.push(line)
      characters += line.length
      if (waiting.length >= MOST_ROWS || characters >= MOST_CHARACTERS) await flush()
    }
  }
  throw damaged(file, 'it has no end')
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const unzipped = createGunzip()
  // Whoever reads hears of an error: the pipeline destroys what is read with it.
  const reading = pipeline(createReadStream(file), unzipped)
  reading.catch(() => undefined)
  let rest = ''
  for await (const chunk of unzipped.setEncoding('utf8')) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()!
    yield* lines
  }
  if (rest !== '') yield rest
}

async function next(lines: AsyncIterator<string>, file: string): Promise<string | undefined> {
  try {
    const { value, done } = await lines.next()
    return done ? undefined : value
  } catch (cause) {
    throw damaged(file, cause)
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function damaged(file: string, cause: unknown): Problem {
  return new Problem('backup/damaged', {
    says: `${file} is no dump of a database, or it is damaged.`,
    advice: 'Use another backup.',
    cause,
  })
}
