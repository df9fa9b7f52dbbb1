import { fork } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest'
import { readableLog } from '../log/log.ts'
import { openHomeQueue } from '../queue/home-queue.ts'
import { announce, leave } from '../queue/presence.ts'
import { renewWorkerToken } from '../queue/worker-tokens.ts'
import { openStore, type Store } from '../store/open.ts'
import { madeUpVersion, settingsFor } from '../store/testing/made-up.ts'
import { freshDatabase } from '../store/testing/postgres.ts'
import { presenceOf } from './presence-of.ts'
import { openRemoteWorker } from './remote.ts'
import { superviseRun } from './supervisor.ts'

const TRAINER = fileURLToPath(new URL('./testing/made-up-trainer.ts', import.meta.url))
const log = readableLog(() => undefined)
const serverUrl = inject('postgresUrl') ?? ''

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'whippet-remote-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

test('a worker without DATABASE_URL is refused, and told why', async () => {
  const asked = openRemoteWorker({ dataDir, databaseUrl: undefined, token: 'any', log })
  await expect(asked).rejects.toMatchObject({ code: 'worker/embedded' })
})

describe('a worker of a server’s queue', () => {
  let databaseUrl: string
  let store: Store
  let token: string
  beforeEach(async (ctx) => {
    if (serverUrl === '') ctx.skip('this machine has no Postgres to start')
    databaseUrl = await freshDatabase(serverUrl)
    store = await openStore({ databaseUrl })
    token = await renewWorkerToken(store.database.db)
    writeFileSync(join(dataDir, 'id'), 'home')
  })
  afterEach(() => store?.close())
  const open = (shown: string | undefined = token) =>
    openRemoteWorker({ dataDir, databaseUrl, token: shown, log })

  test('shows the token that counts: none, a wrong one and a former one are refused', async () => {
    const former = token
    await renewWorkerToken(store.database.db)
    for (const shown of ['', 'x'.repeat(32), former]) {
      await expect(open(shown)).rejects.toMatchObject({ code: 'worker/token' })
    }
  })

  test('is of the same version as those who are there already', async () => {
    const other = { ...presenceOf({ home: 'home', devices: [] }), version: '0.0.9' }
    await announce(store.database.db, other)
    await expect(open()).rejects.toMatchObject({
      code: 'worker/other-version',
      says: expect.stringContaining('0.0.9'),
    })
    await leave(store.database.db, other.id)
    await (await open()).close()
  })

  test('takes no run while a server of another version is there', async () => {
    const version = await store.datasets.create(madeUpVersion('upgraded'))
    const queue = await openHomeQueue(store, 'home')
    const logged: string[] = []
    let refused: (() => void) | undefined
    const told = new Promise<void>((resolve) => {
      refused = resolve
    })
    const worker = await openRemoteWorker({
      dataDir,
      databaseUrl,
      token,
      log: readableLog((line) => {
        logged.push(line)
        if (line.includes('0.0.9')) refused?.()
      }),
      supervise: (given, settings) =>
        superviseRun(given, { ...settings, startTrainer: () => fork(TRAINER, ['quick'], { execArgv: [] }) }),
    })
    const upgraded = { ...presenceOf({ home: 'home', owns: 'folder', devices: [] }), version: '0.0.9' }
    await announce(store.database.db, upgraded)
    const run = await queue.add(settingsFor(version), version)
    await told
    expect(await store.runs.find(run.id)).toMatchObject({ state: { status: 'queued' } })
    await leave(store.database.db, upgraded.id)
    await vi.waitFor(
      async () => expect(await store.runs.find(run.id)).toMatchObject({ state: { status: 'succeeded' } }),
      { timeout: 60_000, interval: 200 },
    )
    expect(logged.filter((line) => line.includes('0.0.9'))).toHaveLength(1)
    await worker.close()
    await queue.close()
  })

  test('reads pictures of a server: a folder that is none’s is refused', async () => {
    rmSync(join(dataDir, 'id'))
    await expect(open()).rejects.toMatchObject({ code: 'worker/no-pictures' })
  })

  test('does the runs of that queue and no others', async () => {
    const version = await store.datasets.create(madeUpVersion('remote'))
    const [mine, others] = [await openHomeQueue(store, 'home'), await openHomeQueue(store, 'elsewhere')]
    const run = await mine.add(settingsFor(version), version)
    const other = await others.add(settingsFor(version), version)
    let ended: (id: string) => void = () => undefined
    const done = new Promise<string>((resolve) => {
      ended = resolve
    })
    const worker = await openRemoteWorker({
      dataDir,
      databaseUrl,
      token,
      log,
      onEnded: ({ id }) => ended(id),
      supervise: (given, settings) =>
        superviseRun(given, { ...settings, startTrainer: () => fork(TRAINER, ['quick'], { execArgv: [] }) }),
    })
    expect(await done).toBe(run.id)
    await worker.close()
    expect(await store.runs.find(run.id)).toMatchObject({ state: { status: 'succeeded' } })
    expect(await store.runs.find(other.id)).toMatchObject({ state: { status: 'queued' } })
    await Promise.all([mine.close(), others.close()])
  })
})
