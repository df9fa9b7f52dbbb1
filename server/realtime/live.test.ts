import { afterAll, beforeAll, expect, test } from 'vitest'
import type { NewRunEvent, RunEvent } from '../../lib/run/events.ts'
import { point } from '../store/testing/made-up.ts'
import {
  type Client,
  importPictures,
  type Json,
  removeFolder,
  startTestServer,
  type TestServer,
} from '../testing/server.ts'

let server: TestServer
let dataset: string
beforeAll(async () => {
  server = await startTestServer()
  dataset = await importPictures(server)
})
afterAll(async () => {
  await server.stop()
  await removeFolder(server.dataDir)
})

/** A run that only this test writes to. */
async function newRun(): Promise<string> {
  const { store } = server.parts.worker
  const version = (await store.datasets.find(dataset))!
  const settings = {
    backbone: 'tf_efficientnet_lite0',
    strategy: 'feature-extraction',
    looks: 'whole',
    seed: 0,
  } as const
  return (
    await store.runs.create(
      { ...settings, dataset, solver: { kind: 'exact', refit: true } },
      version,
      'nobody',
    )
  ).id
}

const append = (run: string, ...events: NewRunEvent[]) =>
  server.parts.worker.store.runs.append(run, 0, events)

/** Everything that a client hears of a run, in the order in which it hears it. */
function follow(client: Client, runId: string, afterSeq = 0) {
  const events: RunEvent[] = []
  let until: { seq: number; done: () => void } | undefined
  const take = (more: readonly RunEvent[]) => {
    events.push(...more)
    if (until && (events.at(-1)?.seq ?? 0) >= until.seq) until.done()
  }
  client.on('events', (message) => message.runId === runId && take(message.events))
  client.emit('watch', { runId, afterSeq }, (answer) => take('events' in answer ? answer.events : []))
  const reached = (seq: number) =>
    new Promise<void>((done) => {
      until = { seq, done }
      take([])
    })
  return { events, seqs: () => events.map(({ seq }) => seq), reached }
}

const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, i) => first + i)

test('whoever starts to watch while events are written gets each once, in order, whenever it starts', async () => {
  const run = await newRun()
  const followers: ReturnType<typeof follow>[] = []
  for (let n = 0; n < 60; n++) {
    const written = append(run, point(3 * n), point(3 * n + 1), point(3 * n + 2))
    if (n % 5 === 0) followers.push(follow(await server.connect(), run))
    await written
  }
  await Promise.all(followers.map(({ reached }) => reached(181)))
  for (const { seqs } of followers) expect(seqs()).toEqual(upTo(181))
})

test('a client that comes back says what it has and gets the rest', async () => {
  const run = await newRun()
  await append(run, ...upTo(20).map((n) => point(n)))
  const client = await server.connect()
  const first = follow(client, run)
  await first.reached(21)
  client.disconnect()
  await append(run, ...upTo(10).map((n) => point(n)))
  const second = follow(await server.connect(), run, 21)
  await second.reached(31)
  await append(run, point(1))
  await second.reached(32)
  expect(second.seqs()).toEqual(upTo(32, 22))
})

test('asking again for what is watched already begins again, without doubles', async () => {
  const run = await newRun()
  const client = await server.connect()
  const events: number[] = []
  client.on(
    'events',
    (message) => message.runId === run && events.push(...message.events.map(({ seq }) => seq)),
  )
  const watch = () => client.emitWithAck('watch', { runId: run, afterSeq: 0 })
  await watch()
  expect(await watch()).toMatchObject({ events: [{ seq: 1 }] })
  await append(run, point(1), point(2))
  await expect.poll(() => events).toEqual([2, 3])
  client.emit('unwatch', { runId: run })
  // Messages arrive in order: an answer to a later question says that the unwatching has been heard.
  await client.emitWithAck('watch', { runId: 'nobody', afterSeq: 0 })
  await append(run, point(3))
  await client.emitWithAck('watch', { runId: 'nobody', afterSeq: 0 })
  expect(events).toEqual([2, 3])
})

test('a client that does not read costs the server no memory, and gets everything once it reads', async () => {
  const run = await newRun()
  const client = await server.connect()
  const slow = follow(client, run)
  await slow.reached(1)
  const socket = (client.io.engine.transport as unknown as { ws: { pause(): void; resume(): void } }).ws
  socket.pause()
  // Far more than the sockets of both sides hold.
  const wide: NewRunEvent = {
    type: 'plan',
    backbone: 'x',
    frozenGroups: ['x'.repeat(20_000)],
    trainedGroups: [],
    trainableParameters: 1,
    cut: 'x',
  }
  for (let n = 0; n < 60; n++) await append(run, ...Array.from({ length: 20 }, () => wide))
  expect(waitingBytes(server)).toBeLessThan(12_000_000)
  socket.resume()
  await slow.reached(1201)
  expect(slow.seqs()).toEqual(upTo(1201))
})

test('the overview tells what changed, and at first what there is', async () => {
  const run = await newRun()
  const client = await server.connect()
  const messages: Json[] = []
  client.on('overview', (message) => messages.push(message))
  const first: Json = await client.emitWithAck('watchOverview')
  expect(first.runs.map(({ id }: Json) => id)).toContain(run)
  expect(first.devices).toMatchObject([{ id: 'cpu' }])
  expect(first.imports[0]).toMatchObject({ name: 'pictures', state: { status: 'succeeded' } })
  await append(run, { type: 'started', pid: 1 })
  for (let n = 0; n < 50; n++) await append(run, point(n))
  await expect.poll(() => messages.at(-1)?.runs).toMatchObject([{ id: run, status: 'training', seq: 52 }])
  // 51 changes, and at most two messages a second.
  expect(messages.length).toBeLessThan(10)
})

test('nonsense is answered with a problem, or not at all, and harms nobody', async () => {
  const client = await server.connect()
  const emit = client.emit.bind(client) as (...message: unknown[]) => void
  for (const nonsense of [
    undefined,
    null,
    7,
    'x',
    {},
    { runId: 7, afterSeq: 0 },
    { runId: 'x', afterSeq: -1 },
  ]) {
    const answer = await new Promise((resolve) => emit('watch', nonsense, resolve))
    expect(answer).toMatchObject({ problem: { code: 'live/bad-message' } })
    emit('watch', nonsense)
    emit('unwatch', nonsense)
    emit('watchOverview', nonsense)
  }
  expect(client.connected).toBe(true)
})

/** What Node holds for sockets that cannot take more. */
function waitingBytes({ parts: _ }: TestServer): number {
  const handles = (process as unknown as { _getActiveHandles(): unknown[] })._getActiveHandles()
  return handles.reduce(
    (sum: number, handle) => sum + ((handle as { writableLength?: number }).writableLength ?? 0),
    0,
  )
}
