import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { writeCalibration } from '../calibration/record.ts'
import {
  importPictures,
  postJson,
  removeFolder,
  startTestServer,
  type TestServer,
} from '../testing/server.ts'

// Here the machine is measured.
vi.stubEnv('WHIPPET_CALIBRATE', '')

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
  const { status, body: half } = await plan(slip)
  expect([status, half.plan.phases]).toEqual([200, []])
  const [problem] = half.plan.problems
  expect(problem.code).toBe('strategy/pattern-matches-nothing')
  expect(problem.advice).toContain('blocks.6')
  const run = await server.ask('/api/runs', postJson({ dataset, ...slip }))
  expect([run.status, run.body.problem]).toEqual([422, problem])
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

test('a first plan has this machine measured, and time is told once it is', async () => {
  const { body } = await plan({ strategy: 'full-fine-tuning' })
  const speed = await server.ask('/api/speed')
  expect(speed.body.devices[0].trainingGflopsPerSecond.dense).toBeGreaterThan(0)
  expect(body.plan.memories[0].memoryBytes).toBeGreaterThan(0)
  const { times, measuring } = (await plan({ strategy: 'full-fine-tuning' })).body.plan
  expect(measuring).toBe(false)
  expect(times).toMatchObject([{ device: speed.body.devices[0].device }])
}, 120_000)

test('time is what the flops come to at the speed that was measured', async () => {
  const wanted = { strategy: 'full-fine-tuning', training: { epochs: 2, views: 1 } }
  await writeCalibration(server.dataDir, {
    id: 'cpu',
    device: 'a processor',
    engine: 'made up',
    inferenceGflopsPerSecond: { separable: 100, dense: 1 },
    trainingGflopsPerSecond: { separable: 10, dense: 1 },
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
