import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeDurably } from '../files/write-durably.ts'

/** A data folder's own id: tells whose runs are whose in a database that several share. Made at first use. */
export async function folderId(dataDir: string): Promise<string> {
  const file = join(dataDir, 'id')
  const known = await readFile(file, 'utf8').catch(() => '')
  if (known.trim() !== '') return known.trim()
  const id = randomUUID()
  await writeDurably(file, `${id}\n`)
  return id
}
