import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isOver, type Run } from '../../lib/run/run.ts'
import { importPictures, removeFolder, startTestServer, type TestServer } from '../testing/server.ts'
import { queueRun } from './queue-run.ts'

let server: TestServer
beforeEach(async () => {
  process.env.WHIPPET_DEVICES = 'cpu,cpu'
  server = await startTestServer()
})
afterEach(async () => {
  delete process.env.WHIPPET_DEVICES
  await server.stop()
  await removeFolder(server.dataDir)
})

test('a run on two devices goes on from its checkpoint on one, when the process of the other is killed', async (ctx) => {
  if (process.platform !== 'linux') ctx.skip('only Linux tells which processes another one has started')
  const dataset = await importPictures(server)
  const { runs } = server.parts.worker.store
  const run = await queueRun(server.parts.worker, {
    dataset,
    strategy: 'partial-fine-tuning',
    devices: 2,
    training: { epochs: 3, views: 1, batchSize: 4 },
    freeze: { headFirst: false },
  })
  let killed = false
  const done = new Promise<Run>((resolve) => {
    runs.subscribe(run.id, () => void look())
    async function look() {
      const events = await runs.events(run.id)
      const started = events.find((event) => event.type === 'started')
      if (!killed && events.some((event) => event.type === 'point' && event.step > 0)) {
        killed = true
        for (const pid of deviceProcesses(started!.pid)) process.kill(pid, 'SIGKILL')
      }
      const now = await runs.find(run.id)
      if (now && isOver(now.state)) resolve(now)
    }
  })
  expect(await done).toMatchObject({ attempt: 2, state: { status: 'succeeded' } })
  const events = await runs.events(run.id)
  expect(events.find(({ type }) => type === 'interrupted')).toMatchObject({
    why: 'device-lost',
    device: 'cpu:1',
  })
  expect(events.flatMap((event) => (event.type === 'plan' ? [event.devices ?? 1] : []))).toEqual([2, 1])
  const epochs = events.flatMap((event) => (event.type === 'point' ? [event.step] : []))
  expect(epochs.filter((step) => step > 0)).toEqual([1, 2, 3])
})

function deviceProcesses(trainer: number): number[] {
  const children = readFileSync(`/proc/${trainer}/task/${trainer}/children`, 'utf8').trim().split(' ')
  return children
    .map(Number)
    .filter((pid) => pid > 0 && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('device-process'))
}
