import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import {
  type ImportState,
  type ImportWish,
  importStateSchema,
  importWishSchema,
  type NewImport,
} from '../../lib/api/datasets.ts'
import { Problem } from '../../lib/problem.ts'
import { openBlobs } from '../blobs/blobs.ts'
import { importPictures } from '../datasets/import.ts'
import { writeDurably } from '../files/write-durably.ts'
import { drawEmojiSample, SAMPLE_NAME } from '../sample/emoji.ts'
import type { Store } from '../store/open.ts'
import { shortIds } from '../store/short-id.ts'
import { sourceOfUploads } from './source.ts'

/** Imports that the server does, one after the other; they are begun again after a restart. */
export type Imports = {
  /** Imports what was uploaded. @throws Problem `imports/unknown-upload`, `imports/bad-path`. */
  startUploaded(wanted: NewImport): Promise<ImportState>
  /** Draws the sample that ships, and imports it; the same import while that runs. */
  startSample(): Promise<ImportState>
  /** Imports a folder or a zip of this machine. */
  startLocal(path: string, wish: ImportWish): Promise<ImportState>
  /** The newest first. */
  list(): ImportState[]
  find(id: string): ImportState | undefined
  /** How it ended, once it has. */
  ended(id: string): Promise<ImportState | undefined>
  /** Interrupts what is imported. */
  close(): Promise<void>
}

export type ImportsSettings = {
  readonly store: Store
  readonly dataDir: string
  /** Where uploads are, by id. */
  readonly uploads: string
  readonly onChange: (state: ImportState) => void
}

/** What is kept of an import: enough to begin it again. */
const recordSchema = z.object({
  state: importStateSchema,
  source: z.string(),
  /** Deleted once it is over. */
  uploads: z.array(z.string()),
  wish: importWishSchema,
  /** The source is the sample, drawn first. */
  sample: z.literal(true).optional(),
})
type Record = z.infer<typeof recordSchema>

const KEPT = 50

export async function openImports({ store, dataDir, uploads, onChange }: ImportsSettings): Promise<Imports> {
  const root = join(dataDir, 'imports')
  await mkdir(root, { recursive: true })
  const records = await readRecords(root)
  const newId = shortIds()
  const ending = new AbortController()
  const works = new Map<string, Promise<void>>()
  let working: Promise<void> = Promise.resolve()
  let sampling: Promise<ImportState> | undefined
  for (const record of records.values()) if (record.state.state.status === 'running') queue(record)

  function queue(record: Record): void {
    working = working.then(() => (ending.signal.aborted ? undefined : work(record)))
    works.set(record.state.id, working)
  }

  async function start(
    wish: ImportWish,
    sourceIn: (folder: string) => Promise<string>,
    { used = [], sample = false }: { used?: string[]; sample?: boolean } = {},
  ) {
    const id = newId()
    const folder = join(root, id)
    const { name, seed, shares, validationShare } = wish
    try {
      const record: Record = {
        state: {
          id,
          name,
          startedAt: new Date().toISOString(),
          state: { status: 'running', done: 0, total: 0, imagesPerSecond: 0 },
        },
        source: await sourceIn(join(folder, 'pictures')),
        uploads: used,
        ...(sample && { sample }),
        wish: {
          name,
          ...(seed !== undefined && { seed }),
          ...(shares && { shares }),
          ...(validationShare !== undefined && { validationShare }),
        },
      }
      await write(record)
      records.set(id, record)
      onChange(record.state)
      queue(record)
      return record.state
    } catch (thrown) {
      await rm(folder, { recursive: true, force: true })
      throw thrown
    }
  }

  async function work(record: Record): Promise<void> {
    const say = (state: ImportState['state']) => {
      record.state = { ...record.state, state }
      onChange(record.state)
    }
    try {
      const version = await importVersion(record, say)
      say({ status: 'succeeded', version })
    } catch (thrown) {
      if (ending.signal.aborted) return
      say({ status: 'failed', problem: Problem.from(thrown).summary() })
    }
    await write(record).catch(() => undefined)
    await rm(join(root, record.state.id, 'pictures'), { recursive: true, force: true })
    for (const upload of record.uploads) {
      await rm(join(uploads, upload), { force: true })
      await rm(join(uploads, `${upload}.json`), { force: true })
    }
  }

  async function importVersion(
    { source, wish, sample }: Record,
    say: (state: ImportState['state']) => void,
  ): Promise<string> {
    const { name, ...split } = wish
    if (sample) {
      const { signal } = ending
      const onProgress = (drawn: { done: number; total: number }) =>
        say({ status: 'running', ...drawn, imagesPerSecond: 0 })
      await drawEmojiSample(source, { onProgress, signal })
    }
    const { report, ...found } = await importPictures({
      source,
      blobs: await openBlobs(dataDir),
      split,
      onProgress: (progress) => say({ status: 'running', ...progress }),
      signal: ending.signal,
    })
    return (await store.datasets.create({ name, ...found, report })).id
  }

  const write = (record: Record) =>
    writeDurably(join(root, record.state.id, 'import.json'), JSON.stringify(record))

  return {
    startUploaded: ({ files, ...wish }) =>
      start(wish, (folder) => sourceOfUploads(files, { uploads, folder }), {
        used: files.map(({ upload }) => upload),
      }),
    startSample() {
      const under = [...records.values()].find(
        ({ state, sample }) => sample && state.state.status === 'running',
      )
      if (under) return Promise.resolve(under.state)
      const folder = join(dataDir, 'sample', SAMPLE_NAME)
      // Asked twice at once, it begins once.
      sampling ??= start({ name: SAMPLE_NAME }, async () => folder, { sample: true }).finally(() => {
        sampling = undefined
      })
      return sampling
    },
    startLocal: (path, wish) => start(wish, async () => path),
    list: () => [...records.values()].map(({ state }) => state).reverse(),
    find: (id) => records.get(id)?.state,
    async ended(id) {
      await works.get(id)
      return records.get(id)?.state
    },
    async close() {
      ending.abort(new Problem('imports/interrupted', { says: 'The server is ending.' }))
      await working
    },
  }
}

/** The last imports, the oldest first; what is older is forgotten. */
async function readRecords(root: string): Promise<Map<string, Record>> {
  const ids = (await readdir(root)).sort()
  const records = new Map<string, Record>()
  for (const id of ids) {
    const record = recordSchema.safeParse(await readJson(join(root, id, 'import.json')))
    const isOld = ids.length - ids.indexOf(id) > KEPT
    if (record.success && (!isOld || record.data.state.state.status === 'running'))
      records.set(id, record.data)
    else await rm(join(root, id), { recursive: true, force: true })
  }
  return records
}

async function readJson(file: string): Promise<unknown> {
  return readFile(file, 'utf8').then(JSON.parse, () => undefined)
}
