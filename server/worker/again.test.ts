import { afterEach, beforeEach, expect, test } from 'vitest'
import { isOver, type Run } from '../../lib/run/run.ts'
import {
  importPictures,
  type Json,
  postJson,
  removeFolder,
  startTestServer,
  type TestServer,
} from '../testing/server.ts'

/** A run that goes on, over REST, on a server that does it. */

let server: TestServer
let dataset: string
beforeEach(async () => {
  server = await startTestServer()
  dataset = await importPictures(server)
})
afterEach(async () => {
  await server.stop()
  await removeFolder(server.dataDir)
})

const TRAINING = { epochs: 2, views: 1, batchSize: 4 }
/** Several runs one after the other, each with processes of its own. */
const RUNS_MS = 900_000
const PARTIAL = { strategy: 'partial-fine-tuning', training: TRAINING }

test(
  'a run that succeeded trains more epochs, and a new run starts from its model',
  async () => {
    const { run } = await begin({ ...PARTIAL, dataset })
    await ended(run.id)
    const refused = await server.ask(`/api/runs/${run.id}/resume`, { method: 'POST' })
    expect(refused.body.problem).toMatchObject({
      code: 'runs/succeeded',
      advice: expect.stringContaining('extend'),
    })

    const asked = await server.ask(`/api/runs/${run.id}/extend`, postJson({ epochs: 1 }))
    expect(asked.body.run).toMatchObject({
      state: { status: 'queued' },
      extensions: [{ after: 2, epochs: 1 }],
    })
    const extended = await ended(run.id)
    expect(extended).toMatchObject({ state: { status: 'succeeded' }, evaluation: { split: 'test' } })
    const tuned = extended.curves.find(({ series }) => series === 'fine-tuning')
    expect(tuned?.points.map(({ step }) => step)).toEqual([0, 1, 2, 3])
    expect(server.parts.worker.board.all()).toEqual([])

    const branched = await server.ask(`/api/runs/${run.id}/branch`, postJson({ checkpoint: 'last', seed: 3 }))
    const branch = await ended(branched.body.run.id)
    expect(branch.settings).toMatchObject({
      ...PARTIAL,
      seed: 3,
      from: { run: run.id, checkpoint: 'last' },
    })
    expect(branch).toMatchObject({ state: { status: 'succeeded' }, plan: { start: { kept: 2, fresh: [] } } })
  },
  RUNS_MS,
)

test(
  'a run that was stopped goes on where it stood, after a restart of the server too',
  async () => {
    const { run } = await begin({ ...PARTIAL, training: { ...TRAINING, epochs: 40 }, dataset })
    // With an epoch there is a checkpoint.
    await when(run.id, ({ curves }) =>
      curves.some(({ series, points }) => series === 'fine-tuning' && points.length > 1),
    )
    await server.ask(`/api/runs/${run.id}/stop`, { method: 'POST' })
    const stopped = await ended(run.id)
    expect(stopped.state).toEqual({ status: 'stopped', kept: true })
    server.parts.worker.pause({ code: 'test/paused', says: 'Paused by the test.' })
    const asked = await server.ask(`/api/runs/${run.id}/resume`, { method: 'POST' })
    expect(asked.body.run).toMatchObject({ requestedStop: false, state: { status: 'queued' } })
    const { dataDir } = server
    await server.stop()
    server = await startTestServer({ dataDir })
    const resumed = await ended(run.id)
    expect(resumed.state.status).toBe('succeeded')
    const points = resumed.curves.find(({ series }) => series === 'fine-tuning')!.points
    expect(points.map(({ step }) => step)).toEqual(Array.from({ length: 41 }, (_, epoch) => epoch))
  },
  RUNS_MS,
)

test(
  'what a run can not start from, or go on with, is refused with why',
  async () => {
    const codeOf = async (path: string, body: Json = {}) =>
      (await server.ask(path, postJson(body))).body.problem?.code as string | undefined
    const { run } = await begin({ dataset })
    await ended(run.id)
    expect(await codeOf(`/api/runs/${run.id}/extend`, { epochs: 1 })).toBe('runs/cannot-extend')
    expect(await codeOf('/api/runs/nobody/extend', { epochs: 1 })).toBe('runs/unknown')
    expect(await codeOf('/api/runs/nobody/branch')).toBe('runs/unknown')
    expect(await codeOf(`/api/runs/${run.id}/extend`, { epochs: 0 })).toBe('server/bad-request')
    const from = { run: run.id }
    expect(await codeOf('/api/runs', { dataset, from: { run: 'nobody' } })).toBe('runs/unknown')
    expect(await codeOf('/api/runs', { dataset, from, backbone: 'resnet50' })).toBe('runs/other-backbone')
    server.parts.worker.pause({ code: 'test/paused', says: 'Paused by the test.' })
    const waiting = (await begin({ dataset })).run
    expect(await codeOf(`/api/runs/${waiting.id}/resume`)).toBe('runs/not-over')
    expect(await codeOf(`/api/runs/${waiting.id}/branch`)).toBe('runs/no-model')
  },
  RUNS_MS,
)

async function begin(settings: Json): Promise<{ run: Run }> {
  const { status, body } = await server.ask('/api/runs', postJson(settings))
  expect(status).toBe(200)
  return body
}

const ended = (id: string) => when(id, ({ state }) => isOver(state))

/** Resolves with the run once `holds` does. */
function when(id: string, holds: (run: Run) => boolean): Promise<Run> {
  const { runs } = server.parts.worker.store
  return new Promise((resolve, reject) => {
    const look = () =>
      void runs.find(id).then((run) => {
        if (!run || !holds(run)) return
        unsubscribe()
        resolve(run)
      }, reject)
    const unsubscribe = runs.subscribe(id, look)
    look()
  })
}
