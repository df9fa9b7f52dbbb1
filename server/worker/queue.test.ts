import { type ChildProcess, fork } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { type Run, reduceRun } from '../../lib/run/run.ts'
import { askOwner } from '../owner/control.ts'
import {
  importPictures,
  postJson,
  removeFolder,
  startTestServer,
  type TestServer,
} from '../testing/server.ts'
import { queueRun } from './queue-run.ts'

let server: TestServer | undefined
let child: ChildProcess | undefined
let dataDir = ''
afterEach(async () => {
  child?.kill('SIGKILL')
  await server?.stop()
  server = undefined
  await removeFolder(dataDir)
})

/** Resolves with the run once `when` holds for it. */
function once({ parts }: TestServer, id: string, when: (run: Run) => boolean): Promise<Run> {
  const { runs } = parts.worker.store
  return new Promise((resolve) => {
    const look = () =>
      void runs.find(id).then((run) => {
        if (run && when(run)) resolve(run)
      })
    runs.subscribe(id, look)
    look()
  })
}

const isOver = ({ state }: Run) => ['succeeded', 'failed', 'stopped'].includes(state.status)

test('runs are done one at a time in the order in which they were queued; one that waits can be stopped', async () => {
  server = await startTestServer()
  dataDir = server.dataDir
  const dataset = await importPictures(server)
  const { worker } = server.parts
  const order: string[] = []
  worker.store.runs.subscribeToAll((run, { type }) => {
    if (['started', 'succeeded', 'stopped'].includes(type)) order.push(`${run} ${type}`)
  })
  const [a, b, c] = [
    await queueRun(worker, { dataset }),
    await queueRun(worker, { dataset }),
    await queueRun(worker, { dataset }),
  ]
  await worker.stop(b!.id)
  expect(await server.parts.services.machine.devices()).toMatchObject([{ id: 'cpu', run: a!.id }])
  await once(server, c!.id, isOver)
  expect(order.filter((line) => !line.startsWith(b!.id))).toEqual([
    `${a!.id} started`,
    `${a!.id} succeeded`,
    `${c!.id} started`,
    `${c!.id} succeeded`,
  ])
  expect(order.filter((line) => line.startsWith(b!.id))).toEqual([`${b!.id} stopped`])
  await expect(worker.stop(a!.id)).rejects.toMatchObject({ code: 'runs/not-running' })
})

test('two runs are done at once on two devices, each on its own; the third waits for the first that is free', async () => {
  process.env.WHIPPET_DEVICES = 'cpu,cpu'
  try {
    server = await startTestServer()
  } finally {
    delete process.env.WHIPPET_DEVICES
  }
  dataDir = server.dataDir
  const dataset = await importPictures(server)
  const { worker, services } = server.parts
  const order: string[] = []
  const held: (string | undefined)[][] = []
  worker.store.runs.subscribeToAll((_run, { type }) => {
    if (type === 'started') held.push(['cpu:0', 'cpu:1'].map((device) => worker.holder(device)))
    if (['started', 'succeeded'].includes(type)) order.push(type)
  })
  const ids = []
  for (let n = 0; n < 3; n++) ids.push((await queueRun(worker, { dataset, seed: n })).id)
  await expect(queueRun(worker, { dataset, devices: 3 })).rejects.toMatchObject({ code: 'devices/too-many' })
  for (const id of ids) expect((await once(server, id, isOver)).state.status).toBe('succeeded')
  expect(order.slice(0, 3)).toEqual(['started', 'started', 'succeeded'])
  expect(order.filter((type) => type === 'succeeded')).toHaveLength(3)
  expect(held[1]).toEqual([ids[0], ids[1]])
  expect(await services.queue()).toEqual({ waiting: [] })
})

test('the queue is paused, put into another order and let go on over REST, and stays paused when its server is started again', async () => {
  server = await startTestServer()
  dataDir = server.dataDir
  await importPictures(server)
  const order = async () =>
    (await server!.ask('/api/queue')).body.waiting.map(({ run }: { run: string }) => run)
  await server.ask('/api/queue/pause', postJson({ reason: 'maintenance' }))
  const ids: string[] = []
  for (const priority of [0, 0, 1]) {
    const { body } = await server.ask('/api/runs', postJson({ dataset: 'pictures', priority }))
    ids.push(body.run.id)
  }
  const [a, b, urgent] = ids
  expect(await order()).toEqual([urgent, a, b])
  expect((await server.ask(`/api/queue/${b}/move`, postJson({ to: 'first' }))).body.waiting).toHaveLength(3)
  await server.stop()
  server = await startTestServer({ dataDir })
  expect(await order()).toEqual([b, urgent, a])
  expect((await server.ask('/api/queue')).body.paused).toMatchObject({
    code: 'queue/paused',
    says: expect.stringContaining('maintenance'),
  })
  for (const id of ids) {
    expect(await server.parts.worker.store.runs.find(id)).toMatchObject({ attempt: 0 })
    await server.ask(`/api/runs/${id}/stop`, { method: 'POST' })
  }
  expect(await server.ask('/api/queue/resume', { method: 'POST' })).toEqual({
    status: 200,
    body: { waiting: [] },
  })
  expect((await server.ask(`/api/queue/${a}/move`, postJson({ to: 'up' }))).status).toBe(409)
})

test('a server that is killed in the middle of a run goes on with it in a new attempt, then with those that waited', async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'whippet-queue-'))
  server = await startTestServer({ dataDir })
  await importPictures(server)
  await server.stop()
  server = undefined

  child = fork(fileURLToPath(new URL('./testing/serve.ts', import.meta.url)), [dataDir], {
    execArgv: [],
    stdio: 'inherit',
  })
  await new Promise((resolve) => child!.once('message', resolve))
  const settings = { dataset: 'pictures' }
  const first = (await askOwner(dataDir, { type: 'train', settings }))!.run
  const second = (await askOwner(dataDir, { type: 'train', settings }))!.run
  let seq = 0
  for (let begun = false; !begun; ) {
    const { events } = (await askOwner(dataDir, {
      type: 'events',
      run: first.id,
      afterSeq: seq,
      waitMs: 4000,
    }))!
    seq = events.at(-1)?.seq ?? seq
    begun = events.some(({ type }) => type === 'started')
  }
  const dead = new Promise((resolve) => child!.once('exit', resolve))
  child.kill('SIGKILL')
  await dead

  server = await startTestServer({ dataDir })
  const [done, next] = [await once(server, first.id, isOver), await once(server, second.id, isOver)]
  expect(done).toMatchObject({ attempt: 2, state: { status: 'succeeded' } })
  expect(next).toMatchObject({ attempt: 1, state: { status: 'succeeded' } })
  const log = await server.parts.worker.store.runs.events(first.id)
  expect(log.reduce<Run | undefined>(reduceRun, undefined)).toEqual(done)
})
