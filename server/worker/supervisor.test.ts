import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Run } from '../../lib/run/run.ts'
import { openStore, type Store } from '../store/open.ts'
import { madeUpVersion, settingsFor } from '../store/testing/made-up.ts'
import { type SupervisorSettings, superviseRun } from './supervisor.ts'

const TRAINER = fileURLToPath(new URL('./testing/made-up-trainer.ts', import.meta.url))

let dataDir: string
let store: Store
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'whippet-supervisor-'))
  store = await openStore({ dataDir })
})
afterAll(async () => {
  await store.close()
  rmSync(dataDir, { recursive: true })
})

async function supervise(how: 'silent' | 'talking', settings: Partial<SupervisorSettings> = {}) {
  const version = await store.datasets.create(madeUpVersion('supervised'))
  const run = await store.runs.create(settingsFor(version), version)
  let child: ChildProcess | undefined
  const supervised = await superviseRun(run, {
    store,
    dataDir,
    devices: [{ id: 'cpu', kind: 'cpu', index: 0, threads: 1 }],
    onVanished: 'interrupt',
    startTrainer: () => {
      child = fork(TRAINER, [how], { execArgv: [] })
      return child
    },
    ...settings,
  })
  const exited = new Promise((resolve) => child!.once('exit', (_code, signal) => resolve(signal)))
  return { run, supervised, child: child!, exited }
}

/** Resolves once the log has an event of that type. */
const told = (run: Run, type: string) =>
  new Promise<void>((resolve) => {
    store.runs.subscribe(run.id, (event) => {
      if (event.type === type) resolve()
    })
  })

test('a trainer that says nothing for too long is ended, and its run goes on with another attempt', async () => {
  const { supervised, exited } = await supervise('silent', { patienceMs: () => 500 })
  expect((await supervised.ended).state).toEqual({ status: 'interrupted', was: 'training', why: 'stuck' })
  expect(await exited).toBe('SIGKILL')
})

test('one that goes on saying something is left alone, however long it takes', async () => {
  const { run, supervised, child } = await supervise('talking', { patienceMs: () => 1000 })
  for (let points = 0; points < 75; points++) await told(run, 'point')
  child.kill('SIGKILL')
  expect((await supervised.ended).state).toMatchObject({ status: 'interrupted', why: 'vanished' })
})

test('without a queue a trainer that vanishes has failed its run', async () => {
  const { supervised, child, run } = await supervise('talking', { onVanished: 'fail' })
  await told(run, 'point')
  child.kill('SIGKILL')
  expect((await supervised.ended).state).toMatchObject({
    status: 'failed',
    problem: { code: 'trainer/vanished' },
  })
})

test('once another attempt has begun, the trainer is ended, and nothing that it said later is written', async () => {
  const { run, supervised, exited } = await supervise('talking')
  await told(run, 'point')
  const second = await store.runs.beginAttempt(run.id)
  await expect(supervised.ended).rejects.toMatchObject({ code: 'runs/fenced' })
  expect(await exited).toBe('SIGKILL')
  await store.runs.append(run.id, second, [{ type: 'started', pid: 1 }])
  expect(await store.runs.find(run.id)).toMatchObject({ attempt: 2, state: { status: 'preparing' } })
})
