import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Manifest } from '../../lib/backup/manifest.ts'
import { isOver } from '../../lib/run/run.ts'
import { readableLog } from '../log/log.ts'
import { askOwner } from '../owner/control.ts'
import { openStore, type Store } from '../store/open.ts'
import { madeUpVersion, point, settingsFor } from '../store/testing/made-up.ts'
import { freshDatabase } from '../store/testing/postgres.ts'
import { importPictures, startTestServer, type TestServer } from '../testing/server.ts'
import { openWorker } from '../worker/open.ts'
import { queueRun } from '../worker/queue-run.ts'
import { type BackedUp, backUp } from './backup.ts'
import { keepDumps } from './periodic.ts'
import { MANIFEST, objectPath } from './places.ts'
import { restore, restoreDatabase } from './restore.ts'
import { filesToBackUp } from './walk.ts'

const folders: string[] = []
async function folder(name: string): Promise<string> {
  folders.push(await mkdtemp(join(tmpdir(), `whippet-${name}-`)))
  return folders.at(-1)!
}
afterAll(async () => {
  for (const each of folders) await rm(each, { recursive: true, force: true })
})

/** Everything that a store knows. */
async function contentOf({ datasets, runs, shares }: Store) {
  const versions = await datasets.list()
  const listed = await runs.list()
  return {
    versions,
    reports: await Promise.all(versions.map(({ id }) => datasets.report(id))),
    pictures: await Promise.all(versions.map(({ id }) => datasets.pictures(id))),
    listed,
    runs: await Promise.all(listed.map(({ id }) => runs.find(id))),
    logs: await Promise.all(listed.map(({ id }) => runs.events(id))),
    shares: await Promise.all(listed.map(({ id }) => shares.list(id))),
  }
}

async function bytesOf(dataDir: string): Promise<Record<string, string>> {
  const paths = (await filesToBackUp(dataDir)).sort()
  return Object.fromEntries(
    await Promise.all(
      paths.map(async (path) => [path, (await readFile(join(dataDir, path))).toString('base64')] as const),
    ),
  )
}

const dumpBy = (dataDir: string) => async (file: string) => (await askOwner(dataDir, { type: 'dump', file }))!

describe.each(['PGlite', 'a Postgres server'] as const)('on %s', (kind) => {
  const serverUrl = inject('postgresUrl') ?? ''
  const hasDatabase = kind === 'PGlite' || serverUrl !== ''
  const database = async () => (kind === 'PGlite' ? undefined : freshDatabase(serverUrl))

  test('a served data folder is backed up, wiped and restored: datasets, labels, runs, links and models are the same', async (ctx) => {
    if (!hasDatabase) return ctx.skip('this machine has no Postgres to start')
    const [dataDir, to] = [await folder('source'), await folder('backup')]
    const server = await startTestServer({ dataDir, databaseUrl: await database() })
    const run = await trainedRun(server)
    await server.parts.sharing.create(run)
    const { manifest, copied, damaged } = await backUp({ dataDir, to, dump: dumpBy(dataDir) })
    expect([copied, damaged]).toEqual([new Set(manifest.files.map(({ sha256 }) => sha256)).size, []])
    const again = await backUp({ dataDir, to, dump: dumpBy(dataDir) })
    expect([again.copied, again.manifest.files]).toEqual([0, manifest.files])
    const before = await contentOf(server.parts.worker.store)
    await server.stop()
    const files = await bytesOf(dataDir)
    await rm(dataDir, { recursive: true })

    const databaseUrl = await database()
    await restore({ dataDir, databaseUrl, from: to })
    expect(await bytesOf(dataDir)).toEqual(files)
    const restored = await startTestServer({ dataDir, databaseUrl })
    try {
      expect(await contentOf(restored.parts.worker.store)).toEqual(before)
      expect(before.listed.map(({ status }) => status)).toEqual(['succeeded'])
      // And it is alive: the next run has the cache to fill again.
      expect((await restored.ask(`/api/runs/${run}`)).body.run.evaluation).toEqual(before.runs[0]!.evaluation)
      await trainedRun(restored, before.versions[0]!.id)
    } finally {
      await restored.stop()
    }
  })
})

async function trainedRun(server: TestServer, known?: string): Promise<string> {
  const dataset = known ?? (await importPictures(server))
  const { worker } = server.parts
  const { id } = await queueRun(worker, { dataset })
  await new Promise<void>((resolve) => {
    worker.store.runs.subscribe(id, async () => {
      if (isOver((await worker.store.runs.find(id))!.state)) resolve()
    })
  })
  return id
}

describe('a backup', () => {
  let dataDir: string
  let to: string
  let made: BackedUp
  beforeAll(async () => {
    ;[dataDir, to] = [await folder('source'), await folder('backup')]
    const worker = await openWorker({ dataDir })
    const version = await worker.store.datasets.create(madeUpVersion('Hunde 犬', 5000))
    const { id } = await worker.store.runs.create(settingsFor(version), version)
    await worker.store.runs.append(id, 0, [point(1, 0.1 + 0.2), point(2, 1e-300), point(3, 2 ** 53 - 1)])
    await writeFile(join(dataDir, 'runs.txt'), 'a file of ours')
    made = await backUp({ dataDir, to, dump: worker.store.dump })
    await worker.close()
  })
  let target: string
  afterEach(async () => rm(target, { recursive: true, force: true }))

  const copyOfBackup = async () => {
    const copy = await folder('damaged')
    await cp(to, copy, { recursive: true })
    return copy
  }

  test('restores every row to the last bit', async () => {
    target = await folder('target')
    await restore({ dataDir: target, from: to })
    const [before, after] = [await openStore({ dataDir }), await openStore({ dataDir: target })]
    expect(await contentOf(after)).toEqual(await contentOf(before))
    expect(made.manifest.database.rows).toMatchObject({ pictures: 5000, run_events: 4 })
    await before.close()
    await after.close()
  })

  test('is refused by a folder that is not empty, which stays as it was', async () => {
    target = await folder('target')
    await writeFile(join(target, 'mine'), 'here')
    await expect(restore({ dataDir: target, from: to })).rejects.toMatchObject({ code: 'backup/not-empty' })
    expect(await readdir(target)).toEqual(['mine'])
  })

  test.each(['a file', 'the dump', 'the manifest'])(
    'is refused where %s is damaged, and leaves nothing behind',
    async (what) => {
      target = await folder('target')
      const from = await copyOfBackup()
      const { database, files }: Manifest = JSON.parse(await readFile(join(from, MANIFEST), 'utf8'))
      const file =
        what === 'a file'
          ? objectPath(from, files.find(({ path }) => path === 'runs.txt')!.sha256)
          : join(from, what === 'the dump' ? database.file : MANIFEST)
      const bytes = await readFile(file)
      bytes[bytes.length >> 1]! ^= 0x55
      await writeFile(file, bytes)
      await expect(restore({ dataDir: target, from })).rejects.toMatchObject({ code: 'backup/damaged' })
      expect(await readdir(target)).toEqual([])
    },
  )

  test('whose restore was killed in the middle opens nothing, and can be restored again', async () => {
    target = await folder('target')
    await writeFile(join(target, 'restore-unfinished'), '')
    await writeFile(join(target, 'half'), '')
    await expect(openWorker({ dataDir: target })).rejects.toMatchObject({ code: 'backup/unfinished' })
    await restore({ dataDir: target, from: to })
    expect(await readdir(target)).not.toContain('half')
    await (await openWorker({ dataDir: target })).close()
  })

  test('leaves out a picture whose bytes are not what its name says, and says so', async () => {
    target = await folder('target')
    const picture = `blobs/pictures/00/${'0'.repeat(64)}`
    await cp(dataDir, target, { recursive: true })
    await cp(join(dataDir, 'runs.txt'), join(target, picture))
    const dump = async () => made.manifest.database
    const { damaged, manifest } = await backUp({ dataDir: target, to: await folder('backup'), dump })
    expect(damaged).toEqual([picture])
    expect(manifest.files.map(({ path }) => path)).not.toContain(picture)
  })

  test('is not made in the data folder itself', async () => {
    const inside = backUp({ dataDir, to: join(dataDir, 'copy'), dump: async () => made.manifest.database })
    await expect(inside).rejects.toMatchObject({ code: 'backup/inside' })
  })

  test('a dump that was cut off is refused, and the database stays', async () => {
    target = await folder('target')
    await cp(dataDir, target, { recursive: true })
    const dump = join(await folder('dump'), 'cut.jsonl.gz')
    await cp(join(to, made.manifest.database.file), dump)
    await truncate(dump, made.manifest.database.bytes - 100)
    await expect(restoreDatabase(target, dump)).rejects.toMatchObject({ code: 'backup/damaged' })
    const store = await openStore({ dataDir: target })
    expect(await store.datasets.list()).toHaveLength(1)
    await store.close()
  })
})

test('dumps are made when something changed, the last ones are kept, and one takes the place of a lost database', async () => {
  const dataDir = await folder('dumps')
  const worker = await openWorker({ dataDir })
  const { store } = worker
  const dumps = keepDumps({ store, dataDir, log: readableLog(() => undefined), everyMinutes: 0, keep: 2 })
  const version = await store.datasets.create(madeUpVersion('dogs'))
  expect(await dumps.dump()).toBeDefined()
  expect(await dumps.dump()).toBeUndefined()
  const made: string[] = []
  for (let n = 0; n < 3; n++) {
    await store.runs.create(settingsFor(version), version)
    made.push((await dumps.dump())!)
  }
  const kept = (await readdir(join(dataDir, 'backups'))).sort()
  expect(kept.map((name) => join(dataDir, 'backups', name))).toEqual(made.slice(1))
  const before = await contentOf(store)
  await dumps.close()
  await worker.close()

  await rm(join(dataDir, 'database'), { recursive: true })
  expect(await restoreDatabase(dataDir, made[2]!)).toBeUndefined()
  const again = await openStore({ dataDir })
  expect(await contentOf(again)).toEqual(before)
  await again.close()
  expect(await restoreDatabase(dataDir, made[1]!)).toMatch(/database-replaced-/)
})
