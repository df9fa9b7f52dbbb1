import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type BackedUpFile, type Manifest, manifestSchema } from '../../lib/backup/manifest.ts'
import { Problem } from '../../lib/problem.ts'
import { isDiskFull } from '../files/disk-full.ts'
import { claimDataFolder } from '../owner/claim.ts'
import { loadDump } from '../store/load-dump.ts'
import { connect, type StoreSettings } from '../store/open.ts'
import { copyHashed } from './copy-hashed.ts'
import { MANIFEST, objectPath } from './places.ts'
import { UNFINISHED } from './unfinished.ts'

export type RestoreTask = {
  readonly dataDir: string
  /** A Postgres server instead of the embedded database. */
  readonly databaseUrl?: string | undefined
  /** The backup's folder. */
  readonly from: string
  readonly onProgress?: (done: number, total: number) => void
  readonly signal?: AbortSignal
}

/** Loading a large table may take a while; nobody else waits for it. */
const LOAD_TIMEOUT_MS = 600_000

/**
 * Puts a backup into an empty data folder; each file is held to its checksum. Where that fails the folder is empty again.
 *
 * @throws Problem `backup/none`, `backup/not-empty`, `backup/damaged`, `backup/database-not-empty`, `store/…`, `owner/…`.
 */
export async function restore(task: RestoreTask): Promise<Manifest> {
  const { dataDir, from } = task
  const manifest = await readManifest(from)
  await demandEmpty(dataDir)
  const claim = await claimDataFolder(dataDir)
  try {
    // Whoever opens the folder after a crash in the middle is told.
    await writeFile(join(dataDir, UNFINISHED), `${new Date().toISOString()}\n`)
    const dump = join(dataDir, manifest.database.file)
    await putBack(
      { path: manifest.database.file, ...manifest.database },
      join(from, manifest.database.file),
      dataDir,
    )
    await putBackAll(manifest.files, task)
    await loadInto(task, dump)
    await rm(dump)
    await rm(join(dataDir, UNFINISHED))
  } catch (thrown) {
    await claim.release()
    await emptied(dataDir)
    throw isDiskFull(thrown) ? diskFull(dataDir, thrown) : thrown
  }
  await claim.release()
  return manifest
}

/**
 * Puts a dump of the database, as the server keeps them in `backups`, in the place of the embedded one, which is kept
 * under another name.
 *
 * @returns where the replaced one is. @throws as {@link restore}.
 */
export async function restoreDatabase(dataDir: string, dump: string): Promise<string | undefined> {
  const claim = await claimDataFolder(dataDir)
  const restored = join(dataDir, 'database-restored.part')
  try {
    await rm(restored, { recursive: true, force: true })
    await mkdir(restored)
    await loadInto({ dataDir: restored }, dump)
    const replaced = join(dataDir, `database-replaced-${Date.now()}`)
    const had = await rename(join(dataDir, 'database'), replaced).then(
      () => true,
      () => false,
    )
    await rename(join(restored, 'database'), join(dataDir, 'database'))
    return had ? replaced : undefined
  } finally {
    await rm(restored, { recursive: true, force: true })
    await claim.release()
  }
}

async function loadInto(
  { dataDir, databaseUrl }: Pick<RestoreTask, 'dataDir' | 'databaseUrl'>,
  dump: string,
) {
  const place: StoreSettings = databaseUrl ? { databaseUrl } : { dataDir }
  const database = await connect(place, LOAD_TIMEOUT_MS)
  try {
    await loadDump(database, dump)
  } finally {
    await database.close()
  }
}

async function putBackAll(
  files: readonly BackedUpFile[],
  { dataDir, from, onProgress, signal }: RestoreTask,
) {
  for (const [i, file] of files.entries()) {
    signal?.throwIfAborted()
    await putBack(file, objectPath(from, file.sha256), dataDir)
    onProgress?.(i + 1, files.length)
  }
}

async function putBack(
  { path, sha256 }: Pick<BackedUpFile, 'path' | 'sha256'>,
  object: string,
  dataDir: string,
) {
  const to = join(dataDir, ...path.split('/'))
  const copied = await copyHashed(object, to, (got) => (got.sha256 === sha256 ? to : undefined)).catch(
    (cause) => {
      throw (cause as NodeJS.ErrnoException).code === 'ENOENT' ? damaged(path, cause) : cause
    },
  )
  if (copied.sha256 !== sha256) throw damaged(path)
}

async function readManifest(from: string): Promise<Manifest> {
  const text = await readFile(join(from, MANIFEST), 'utf8').catch((cause) => {
    throw new Problem('backup/none', {
      says: `${from} is no backup: it has no ${MANIFEST}.`,
      advice: 'Name the folder that "whippet backup" wrote.',
      cause,
    })
  })
  const manifest = manifestSchema.safeParse(parsed(text))
  if (manifest.success) return manifest.data
  throw damaged(MANIFEST, manifest.error)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** An unfinished restore's own folder counts as empty: what is in it is the backup's. */
async function demandEmpty(dataDir: string): Promise<void> {
  const names: string[] = await readdir(dataDir).catch(() => [])
  if (names.includes(UNFINISHED)) return emptied(dataDir)
  if (names.filter((name) => name !== 'lost+found').length === 0) return
  throw new Problem('backup/not-empty', {
    says: `The data folder ${dataDir} is not empty: a restore would mix two of them.`,
    advice: 'Name an empty one with WHIPPET_DATA, or move this one away.',
  })
}

async function emptied(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (name !== 'lost+found') await rm(join(dataDir, name), { recursive: true, force: true })
  }
}

function damaged(path: string, cause?: unknown): Problem {
  return new Problem('backup/damaged', {
    says: `The backup is damaged: ${path} is missing in it or not what it was.`,
    advice: 'Use another backup.',
    cause,
  })
}

function diskFull(dataDir: string, cause: unknown): Problem {
  return new Problem('backup/disk-full', {
    says: `The disk of ${dataDir} is full.`,
    advice: 'Make room and start again.',
    cause,
  })
}
