import { afterAll, beforeAll, expect, test } from 'vitest'
import { mismatch } from '../../lib/live/check.ts'
import { contract } from '../../lib/live/contract.ts'
import type { Skipped, Stretch } from '../../lib/live/protocol.ts'
import { isChange } from '../../lib/live/steps.ts'
import type { NewRunEvent, RunEvent } from '../../lib/run/events.ts'
import { type Run, reduceRun } from '../../lib/run/run.ts'
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

/** Everything that a client hears of a run, in the order in which it hears it; `seqs` fails at a gap or a double. */
function follow(client: Client, runId: string, afterSeq = 0) {
  const events: RunEvent[] = []
  const skipped: Skipped[] = []
  let until: { seq: number; done: () => void } | undefined
  const seqs: number[] = []
  const take = (stretch: Stretch) => {
    if ('events' in stretch) {
      events.push(...stretch.events)
      seqs.push(...stretch.events.map(({ seq }) => seq))
    } else {
      skipped.push(stretch.skipped)
      events.push(...stretch.skipped.changes)
      seqs.push(...upTo(stretch.skipped.to, stretch.skipped.from))
    }
    if (until && (seqs.at(-1) ?? 0) >= until.seq) until.done()
  }
  client.on('events', (message) => message.runId === runId && take(message))
  client.on('skipped', (message) => message.runId === runId && take(message))
  client.emit('watch', { runId, afterSeq }, (answer) => take('problem' in answer ? { events: [] } : answer))
  const reached = (seq: number) =>
    new Promise<void>((done) => {
      until = { seq, done }
      take({ events: [] })
    })
  return { events, skipped, seqs: () => seqs, reached }
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
  for (const { seqs, skipped } of followers) {
    expect(seqs()).toEqual(upTo(181))
    expect(skipped).toEqual([])
  }
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

test('a client that is far behind gets the run as its log tells it, and every change on the way', async () => {
  const run = await newRun()
  await append(run, { type: 'started', pid: 1 }, ...upTo(400).map((n) => point(n)))
  await append(run, { type: 'phase', phase: 'training' }, ...upTo(400).map((n) => point(n)), {
    type: 'stop-requested',
  })
  const behind = follow(await server.connect(), run, 1)
  await behind.reached(804)
  await append(run, point(1))
  await behind.reached(805)
  expect(behind.seqs()).toEqual(upTo(805, 2))
  const log = await server.parts.worker.store.runs.events(run)
  expect(behind.skipped).toMatchObject([{ from: 2, to: 804 }])
  expect(behind.skipped[0]!.run).toEqual(log.slice(0, 804).reduce<Run | undefined>(reduceRun, undefined))
  expect(behind.events).toEqual([...log.slice(1, 804).filter(isChange), log[804]])
  expect(
    mismatch(contract().arrivals.skipped, { runId: run, skipped: behind.skipped[0] }, contract().definitions),
  ).toBeUndefined()
})

test('a client that is slow passes over steps and gets every change, and ends where the log ends', async () => {
  const run = await newRun()
  const client = await server.connect()
  const slow = follow(client, run)
  await slow.reached(1)
  const socket = (client.io.engine.transport as unknown as { ws: { pause(): void; resume(): void } }).ws
  socket.pause()
  // Far more than the sockets of both sides hold: the rest waits in the log.
  const long = 'x'.repeat(2000)
  const steps = upTo(100).map((step): NewRunEvent => ({ type: 'point', series: long, step, loss: 1 / step }))
  for (let n = 0; n < 120; n++) await append(run, ...steps, { type: 'started', pid: n })
  await append(run, { type: 'stopped', kept: true })
  expect(waitingBytes(server)).toBeLessThan(12_000_000)
  socket.resume()
  await slow.reached(120 * 101 + 2)
  expect(slow.seqs()).toEqual(upTo(120 * 101 + 2))
  const log = await server.parts.worker.store.runs.events(run)
  expect(slow.skipped.length).toBeGreaterThan(0)
  expect(slow.events.filter(isChange)).toEqual(log.filter(isChange))
  expect(slow.events.length).toBeLessThan(log.length)
  const { to, run: then } = slow.skipped.at(-1)!
  const end = slow.events.filter(({ seq }) => seq > to).reduce(reduceRun, then)
  expect(end).toEqual(await server.parts.worker.store.runs.find(run))
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
