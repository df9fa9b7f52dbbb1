import { existsSync } from 'node:fs'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  BACKUP_VERSION,
  type BackedUpFile,
  type DumpSummary,
  type Manifest,
  promisedHash,
} from '../../lib/backup/manifest.ts'
import { Problem } from '../../lib/problem.ts'
import { isDiskFull } from '../files/disk-full.ts'
import { writeDurably } from '../files/write-durably.ts'
import { copyHashed } from './copy-hashed.ts'
import { MANIFEST, objectPath } from './places.ts'
import { filesToBackUp } from './walk.ts'

export type BackupTask = {
  readonly dataDir: string
  /** The backup's folder; one that is there already is brought up to date, and only what is new is copied. */
  readonly to: string
  /** Has the database's owner write a dump of it. */
  readonly dump: (file: string) => Promise<DumpSummary>
  readonly onProgress?: (done: number, total: number) => void
  readonly signal?: AbortSignal
}

export type BackedUp = {
  readonly manifest: Manifest
  readonly copied: number
  /** Pictures whose bytes are no longer what their name promises; they are left out. */
  readonly damaged: readonly string[]
}

const COPIES_AT_ONCE = 4

/**
 * Copies a data folder while it is in use: first the database as it stands at one moment, then the files that it speaks
 * of. What was there before stays valid until the new manifest takes its place.
 *
 * @throws Problem `backup/inside`, `backup/disk-full`, what `dump` throws, the signal's reason.
 */
export async function backUp(task: BackupTask): Promise<BackedUp> {
  const { dataDir, to, dump } = task
  if (`${to}/`.startsWith(`${dataDir}/`)) throw inside(to)
  try {
    await mkdir(to, { recursive: true })
    const madeAt = new Date().toISOString()
    const file = `database-${madeAt.replace(/[:.]/g, '-')}.jsonl.gz`
    const database = { file, ...(await dump(join(to, file))) }
    const paths = await filesToBackUp(dataDir)
    const { files, copied, damaged } = await copyAll(paths, task)
    const manifest: Manifest = { version: BACKUP_VERSION, madeAt, database, files }
    await writeDurably(join(to, MANIFEST), `${JSON.stringify(manifest, null, 1)}\n`)
    await removeOld(to, manifest)
    return { manifest, copied, damaged }
  } catch (thrown) {
    throw isDiskFull(thrown) ? diskFull(to, thrown) : thrown
  }
}

async function copyAll(paths: readonly string[], { dataDir, to, onProgress, signal }: BackupTask) {
  const files: BackedUpFile[] = []
  const damaged: string[] = []
  let copied = 0
  let done = 0
  const left = [...paths]
  const work = async () => {
    for (let path = left.pop(); path !== undefined; path = left.pop()) {
      signal?.throwIfAborted()
      const found = await copyOne(path, join(dataDir, path), to)
      if (found === 'damaged') damaged.push(path)
      else if (found) {
        files.push({ path, sha256: found.sha256, bytes: found.bytes })
        if (found.isNew) copied++
      }
      onProgress?.(++done, paths.length)
    }
  }
  await Promise.all(Array.from({ length: COPIES_AT_ONCE }, work))
  files.sort((a, b) => (a.path < b.path ? -1 : 1))
  return { files, copied, damaged }
}

type Kept = { sha256: string; bytes: number; isNew: boolean }

/** Undefined for a file that was deleted meanwhile. */
async function copyOne(path: string, file: string, to: string): Promise<Kept | 'damaged' | undefined> {
  try {
    const promised = promisedHash(path)
    const size = promised && (await stat(file)).size
    // Named by its content: one that is there is the same, as its size says again.
    if (promised && (await sizeOf(objectPath(to, promised))) === size)
      return { sha256: promised, bytes: size!, isNew: false }
    let isNew = true
    const copied = await copyHashed(file, join(to, 'objects', 'unfinished'), ({ sha256 }) => {
      if (promised && sha256 !== promised) return undefined
      isNew = !existsSync(objectPath(to, sha256))
      return objectPath(to, sha256)
    })
    if (promised && copied.sha256 !== promised) return 'damaged'
    return { ...copied, isNew }
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT' && (await sizeOf(file)) === undefined)
      return undefined
    throw thrown
  }
}

async function sizeOf(file: string): Promise<number | undefined> {
  return (await stat(file).catch(() => undefined))?.size
}

/** What no manifest speaks of any more. */
async function removeOld(to: string, { database, files }: Manifest): Promise<void> {
  for (const name of await readdir(to)) {
    if (/^database-.*\.jsonl\.gz$/.test(name) && name !== database.file) await rm(join(to, name))
  }
  const kept = new Set(files.map(({ sha256 }) => sha256))
  for (const entry of await readdir(join(to, 'objects'), { recursive: true, withFileTypes: true }).catch(
    () => [],
  )) {
    if (entry.isFile() && !kept.has(entry.name)) await rm(join(entry.parentPath, entry.name))
  }
}

function inside(to: string): Problem {
  return new Problem('backup/inside', {
    says: `A backup in the data folder itself (${to}) would be lost with it.`,
    advice: 'Name a folder elsewhere, best on another disk.',
  })
}

function diskFull(to: string, cause: unknown): Problem {
  return new Problem('backup/disk-full', {
    says: `The disk of ${to} is full.`,
    advice: 'Make room and start again: what is there already is not copied twice.',
    cause,
  })
}
