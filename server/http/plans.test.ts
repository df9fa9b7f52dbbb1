import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  importPictures,
  postJson,
  removeFolder,
  startTestServer,
  type TestServer,
} from '../testing/server.ts'
import { recordCalibration } from '../trainer/calibration.ts'

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

const plan = (wanted: object) => server.ask('/api/plans', postJson({ dataset, ...wanted }))

test('a plan says what is frozen, what is trained, where the cut is and what it costs', async () => {
  const { status, body } = await plan({ strategy: 'partial-fine-tuning', freeze: { groups: 2 } })
  expect(status).toBe(200)
  const { phases } = body.plan
  expect(phases.map(({ name, by }: { name: string; by: string }) => [name, by])).toEqual([
    ['head', 'solver'],
    ['fine-tuning', 'epochs'],
  ])
  const { groups, cut, parameters, prefix, views } = phases[1]
  expect(groups.slice(-4)).toEqual([
    { name: 'blocks.5', state: 'frozen' },
    { name: 'blocks.6', state: 'trained' },
    { name: 'conv_head', state: 'trained' },
    { name: 'classifier', state: 'trained' },
  ])
  expect(cut[0].shape).toEqual([7, 7, 192])
  expect(parameters.trained).toBeLessThan(parameters.all)
  expect([prefix, views]).toEqual(['cached', 4])
  expect((await server.ask('/api/runs')).body.runs).toEqual([])
})

test('patterns come with the names that they match, or with names that are near', async () => {
  const { body } = await plan({
    strategy: 'partial-fine-tuning',
    freeze: { trainable: ['conv_head', 'bn2'], skip: ['conv_head'] },
  })
  expect(body.plan.patterns).toEqual({
    trainable: [
      { pattern: 'conv_head', weights: ['conv_head.weight'] },
      { pattern: 'bn2', weights: expect.arrayContaining(['bn2.weight', 'blocks.1.0.bn2.weight']) },
    ],
    skip: [{ pattern: 'conv_head', weights: ['conv_head.weight'] }],
  })
  const slip = { strategy: 'partial-fine-tuning', freeze: { trainable: ['block.6'] } }
  const { status, body: refused } = await plan(slip)
  expect([status, refused.problem.code]).toEqual([422, 'strategy/pattern-matches-nothing'])
  expect(refused.problem.advice).toContain('blocks.6')
  const run = await server.ask('/api/runs', postJson({ dataset, ...slip }))
  expect(run.body.problem).toEqual(refused.problem)
})

test('it warns like an expert', async () => {
  const { body } = await plan({
    strategy: 'full-fine-tuning',
    training: { learningRate: 0.5, batchNorm: 'batch', batchSize: 4 },
  })
  expect(body.plan.warnings.map(({ code }: { code: string }) => code)).toEqual([
    'few-pictures',
    'rate-too-high',
    'small-batch-statistics',
  ])
})

test('time is told once this machine has been measured', async () => {
  const wanted = { strategy: 'full-fine-tuning', training: { epochs: 2, views: 1 } }
  expect((await plan(wanted)).body.plan.times).toEqual([])
  await recordCalibration(server.dataDir, {
    device: 'a processor',
    inferenceGflopsPerSecond: 100,
    trainingGflopsPerSecond: 10,
  })
  const { times, phases } = (await plan(wanted)).body.plan
  const { train, validation } = (await server.ask(`/api/datasets/${dataset}`)).body.dataset.counts
  const { forward, backward } = phases[1].flops
  const tuning = (2 * (train * (forward + backward) + validation * forward)) / 10e9
  const extracting = ((train + validation) * phases[0].flops.frozen) / 100e9
  expect(times[0].device).toBe('a processor')
  expect(times[0].seconds).toBeGreaterThan(tuning)
  expect(times[0].seconds).toBeCloseTo(tuning + extracting, 1)
})
