import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Run } from '../../lib/run/run.ts'
import type { MachineDevice } from '../devices/device.ts'
import { type HomeQueue, openHomeQueue } from '../queue/home-queue.ts'
import { announce, lease } from '../queue/presence.ts'
import { openStore, type Store } from '../store/open.ts'
import { madeUpVersion, settingsFor } from '../store/testing/made-up.ts'
import { workAlone } from './alone.ts'
import { presenceOf } from './presence-of.ts'
import { superviseRun } from './supervisor.ts'

const TRAINER = fileURLToPath(new URL('./testing/made-up-trainer.ts', import.meta.url))
const devices: MachineDevice[] = [{ id: 'cpu', kind: 'cpu', index: 0, threads: 1, title: 'CPU' }]

let dataDir: string
let store: Store
let queue: HomeQueue
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'whippet-alone-'))
  store = await openStore({ dataDir })
  queue = await openHomeQueue(store, 'home')
})
afterAll(async () => {
  await queue.close()
  await store.close()
  rmSync(dataDir, { recursive: true })
})

const open = (how: 'quick' | 'talking', folder: string) =>
  workAlone({
    store,
    dataDir,
    queue,
    folder,
    devices,
    supervise: (run, settings) =>
      superviseRun(run, { ...settings, startTrainer: () => fork(TRAINER, [how], { execArgv: [] }) }),
  })
async function newRun(): Promise<Run> {
  const version = await store.datasets.create(madeUpVersion('alone'))
  return store.runs.create(settingsFor(version), version)
}

test('a run has its devices to itself: another that wants them fails and says so, and has them afterwards', async () => {
  const [talking, quick] = [await open('talking', 'one'), await open('quick', 'other')]
  const supervised = await talking.start(await newRun())
  const refused = await newRun()
  await expect(quick.start(refused)).rejects.toMatchObject({ code: 'devices/busy' })
  expect(await store.runs.find(refused.id)).toMatchObject({
    state: { status: 'failed', problem: { code: 'devices/busy' } },
  })
  await supervised.stop()
  await supervised.ended
  for (const _ of ['one', 'the next']) {
    const run = await (await quick.start(await newRun())).ended
    expect(run.state.status).toBe('succeeded')
  }
  await Promise.all([talking.close(), quick.close()])
})

test('a run that asks for more devices than there are has failed, and holds none', async () => {
  const alone = await open('quick', 'small')
  const version = await store.datasets.create(madeUpVersion('alone'))
  const large = await store.runs.create({ ...settingsFor(version), devices: 4 }, version)
  await expect(alone.start(large)).rejects.toMatchObject({ code: 'devices/too-many' })
  expect(await store.runs.find(large.id)).toMatchObject({
    state: { status: 'failed', problem: { code: 'devices/too-many' } },
  })
  expect((await (await alone.start(await newRun())).ended).state.status).toBe('succeeded')
  await alone.close()
})

test('a run whose trainer can not be started has failed, and its devices are free', async () => {
  let starts = 0
  const alone = await workAlone({
    store,
    dataDir,
    queue,
    folder: 'unlucky',
    devices,
    supervise: async (run, settings) => {
      if (starts++ === 0) throw new Error('no process could be made')
      return superviseRun(run, {
        ...settings,
        startTrainer: () => fork(TRAINER, ['quick'], { execArgv: [] }),
      })
    },
  })
  const unlucky = await newRun()
  await expect(alone.start(unlucky)).rejects.toThrow()
  expect(await store.runs.find(unlucky.id)).toMatchObject({ state: { status: 'failed' } })
  expect((await (await alone.start(await newRun())).ended).state.status).toBe('succeeded')
  await alone.close()
})

test('the run of a command that died has failed, with the way to go on, and its devices are free', async () => {
  const dead = presenceOf({ home: 'home', owns: 'folder', devices })
  await announce(store.database.db, dead)
  const { id } = await newRun()
  await store.runs.transact(async (within) => {
    const attempt = await within.beginAttempt(id)
    await within.append(id, attempt, [{ type: 'started', pid: 1 }])
    await lease(within.tx, { worker: dead, run: id, attempt, count: 1 })
  })
  const alone = await open('quick', 'folder')
  expect(await store.runs.find(id)).toMatchObject({
    state: {
      status: 'failed',
      problem: { code: 'worker/vanished', advice: expect.stringContaining('resume') },
    },
  })
  expect((await (await alone.start(await newRun())).ended).state.status).toBe('succeeded')
  await alone.close()
})
