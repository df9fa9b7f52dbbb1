import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, link, readdir, readFile, rm } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { z } from 'zod'
import { writeDurably } from '../files/write-durably.ts'
import type { ObjectStore } from './object-store.ts'
import { openObjectStore } from './open.ts'
import { damaged, overtaken } from './problems.ts'

/** Files of a data folder that other machines see too. The data folder is the working copy, the store what is shared. */
export type SharedFiles = {
  /** For people; undefined where nothing is shared. */
  readonly place: string | undefined
  /** Lets others have a file of the data folder. `content`: where its bytes are, if not there yet. */
  publish(file: string, content?: string): Promise<void>
  /** Whether a file of the data folder is there, fetched where it is missing. */
  obtain(file: string): Promise<boolean>
  /** Names of what was published file by file in a folder. */
  published(folder: string): Promise<string[]>
  /** Lets others have a folder as it is now; they see all of it or what was before. Only what has changed is sent. */
  /** @throws Problem `objects/overtaken` where a later attempt has published it. */
  publishFolder(folder: string, attempt?: number): Promise<void>
  /** Brings a folder up to what was published last. What nobody published stays as it is. */
  pullFolder(folder: string): Promise<void>
}

/**
 * What the folder's files are, under a name of its own: written last and read first, so that nobody sees a mixture. Files
 * lie under their content's hash.
 */
const manifestSchema = z.object({
  version: z.literal(1),
  /** Of the run, whose attempt wrote it. */
  attempt: z.number().int().nonnegative().default(0),
  files: z.record(z.string(), z.string()),
})
type Manifest = z.infer<typeof manifestSchema>
const MANIFEST = 'shared.json'

/**
 * The files that a data folder shares over `WHIPPET_BLOBS`; without that nothing is shared, and everything works alike.
 *
 * @throws Problem `objects/bad-address`.
 */
export async function openSharedFiles(
  dataDir: string,
  address: string | undefined = process.env.WHIPPET_BLOBS,
): Promise<SharedFiles> {
  return address ? sharedOver(await openObjectStore(address), dataDir) : UNSHARED
}

const UNSHARED: SharedFiles = {
  place: undefined,
  publish: async () => undefined,
  obtain: (file) => isThere(file),
  published: async () => [],
  publishFolder: async () => undefined,
  pullFolder: async () => undefined,
}

export function sharedOver(store: ObjectStore, dataDir: string): SharedFiles {
  const keyOf = (file: string) => relative(dataDir, file).split(sep).join('/')
  const manifestOf = async (folder: string): Promise<Manifest | undefined> => {
    const file = join(folder, MANIFEST)
    const text = await readFile(file, 'utf8').catch(() => undefined)
    return text === undefined ? undefined : manifestSchema.parse(JSON.parse(text))
  }
  return {
    place: store.place,
    publish: (file, content = file) => store.put(keyOf(file), content),
    obtain: async (file) => (await isThere(file)) || store.get(keyOf(file), file),
    async published(folder) {
      const prefix = `${keyOf(folder)}/`
      return (await store.list(prefix)).map((key) => key.slice(prefix.length))
    },
    async publishFolder(folder, attempt = 0) {
      const latest = await manifestThere(folder)
      if (latest && latest.attempt > attempt) throw overtaken(keyOf(folder), attempt, latest.attempt)
      const before = Object.values((await manifestOf(folder).catch(() => undefined))?.files ?? {})
      const files: Manifest['files'] = {}
      for (const name of await filesIn(folder)) {
        files[name] = await withSnapshot(join(folder, name), async (snapshot) => {
          const hash = await sha256(snapshot)
          if (!before.includes(hash)) await store.put(`${keyOf(folder)}/${hash}`, snapshot)
          return hash
        })
      }
      await writeDurably(
        join(folder, MANIFEST),
        JSON.stringify({ version: 1, attempt, files } satisfies Manifest),
      )
      await store.put(`${keyOf(folder)}/${MANIFEST}`, join(folder, MANIFEST))
      const now = new Set(Object.values(files))
      for (const old of before) if (!now.has(old)) await store.remove(`${keyOf(folder)}/${old}`)
    },
    async pullFolder(folder) {
      for (let tries = 1; !(await pulled(folder)); tries++) {
        if (tries === PULL_TRIES) throw damaged(store.place, keyOf(folder))
      }
    },
  }

  async function textThere(folder: string): Promise<string | undefined> {
    const latest = join(folder, `${MANIFEST}.${process.pid}.part`)
    if (!(await store.get(`${keyOf(folder)}/${MANIFEST}`, latest))) return undefined
    return readFile(latest, 'utf8').finally(() => rm(latest, { force: true }))
  }

  async function manifestThere(folder: string): Promise<Manifest | undefined> {
    const text = await textThere(folder)
    return text === undefined ? undefined : manifestSchema.parse(JSON.parse(text))
  }

  /** False where what the manifest names was replaced in the meantime. */
  async function pulled(folder: string): Promise<boolean> {
    const mine = await readFile(join(folder, MANIFEST), 'utf8').catch(() => '')
    const text = await textThere(folder)
    if (text === undefined || text === mine) return true
    for (const [name, hash] of Object.entries(manifestSchema.parse(JSON.parse(text)).files)) {
      const file = join(folder, name)
      if ((await sha256(file).catch(() => '')) === hash) continue
      if (!(await store.get(`${keyOf(folder)}/${hash}`, file)) || (await sha256(file)) !== hash) return false
    }
    await writeDurably(join(folder, MANIFEST), text)
    return true
  }
}

const PULL_TRIES = 3

/** A file may be replaced while it is read: a second name keeps what it is now. */
async function withSnapshot<T>(file: string, use: (snapshot: string) => Promise<T>): Promise<T> {
  const snapshot = `${file}.${process.pid}-shared.part`
  await rm(snapshot, { force: true })
  await link(file, snapshot)
  return use(snapshot).finally(() => rm(snapshot, { force: true }))
}

/** What a folder holds itself; neither what is half-written nor what its users make again. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.part') && entry.name !== MANIFEST)
    .map(({ name }) => name)
    .sort()
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return hash.digest('hex')
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
