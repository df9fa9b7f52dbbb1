import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { withHead } from '../backbone/head.ts'
import { BACKBONES } from '../backbone/registry.ts'
import { type TrainingSettings, trainingSchema } from '../run/training.ts'
import { batchThatFits, memoryAt } from './memory.ts'
import { planRun, type RunPlanTask } from './plan-run.ts'

const GB = 1e9
const lite0 = withHead(BACKBONES.tf_efficientnet_lite0.build(), 120)
const training = (settings: Partial<TrainingSettings> = {}) => trainingSchema.parse(settings)
const task = (changes: Partial<RunPlanTask> = {}): RunPlanTask => ({
  graph: lite0,
  strategy: { name: 'partial-fine-tuning' },
  training: training(),
  pictures: { train: 6480, validation: 720 },
  diskBudgetBytes: 20 * GB,
  ...changes,
})
const codes = (changes: Partial<RunPlanTask>) => planRun(task(changes)).warnings.map(({ code }) => code)

test('feature extraction caches one float32 vector per picture', () => {
  const { phases, warnings } = planRun(task({ strategy: { name: 'feature-extraction' } }))
  expect(phases).toHaveLength(1)
  expect(phases[0]).toMatchObject({ by: 'solver', views: 1, prefix: 'cached', epochs: 0 })
  expect(phases[0]!.cacheBytes).toBe(7200 * (1280 * 4 + 36))
  expect(warnings).toEqual([])
})

test('the last group of lite0: a 7 × 7 × 320 map in 16 bits, four views of train and one of validation', () => {
  const { phases, warnings } = planRun(task())
  expect(phases.map(({ name }) => name)).toEqual(['head', 'fine-tuning'])
  expect(phases[1]!.plan.boundaryTensors).toMatchObject([{ shape: [7, 7, 320] }])
  expect(phases[1]).toMatchObject({ epochs: 10, views: 4, learningRate: 0.01, prefix: 'cached' })
  expect(phases[1]!.cacheBytes).toBe((4 * 6480 + 720) * (7 * 7 * 320 * 2 + 36))
  expect(warnings).toEqual([])
})

test('where nothing is frozen the cache holds pixels, one byte each', () => {
  const phase = planRun(task({ strategy: { name: 'full-fine-tuning' } })).phases.at(-1)!
  expect(phase).toMatchObject({ prefix: 'none' })
  expect(phase.cacheBytes).toBe((4 * 6480 + 720) * (224 * 224 * 3 + 36))
})

test('a boundary that is larger than the budget runs per epoch, and the plan says so', () => {
  const planned = planRun(task({ diskBudgetBytes: 1e6 }))
  expect(planned.phases.at(-1)).toMatchObject({ prefix: 'per epoch' })
  expect(planned.warnings).toMatchObject([{ code: 'cache-over-budget', phase: 'fine-tuning' }])
})

test('no more views are made than there are epochs to see them', () => {
  expect(planRun(task({ training: training({ epochs: 2 }) })).phases.at(-1)!.views).toBe(2)
  expect(planRun(task({ training: training({ augmentation: 'none' }) })).phases.at(-1)!.views).toBe(1)
})

test('full training of ResNet-50 at batch 16: backward is twice forward but for the first layer, and a batch takes 2 to 5 GB', () => {
  const graph = withHead(BACKBONES.resnet50.build(), 120)
  const phase = planRun(
    task({ graph, strategy: { name: 'full-fine-tuning' }, training: training({ batchSize: 16 }) }),
  ).phases.at(-1)!
  const { suffix, suffixBackward } = phase.plan.flops
  expect(suffixBackward / suffix).toBeGreaterThan(1.9)
  expect(suffixBackward / suffix).toBeLessThan(2)
  expect(phase.memoryBytes).toBeGreaterThan(2 * GB)
  expect(phase.memoryBytes).toBeLessThan(5 * GB)
})

test('time: the prefix once per view at inference speed, the suffix forward and back in every epoch', () => {
  const device = {
    device: 'cpu',
    inferenceGflopsPerSecond: { separable: 100, dense: 1 },
    trainingGflopsPerSecond: { separable: 50, dense: 1 },
  }
  const { phases } = planRun(task({ devices: [device] }))
  const { flops } = phases[1]!.plan
  const want =
    ((4 * 6480 + 720) * flops.prefix) / 100e9 +
    (10 * (6480 * (flops.suffix + flops.suffixBackward) + 720 * flops.suffix)) / 50e9
  expect(phases[1]!.seconds[0]).toMatchObject({ device: 'cpu' })
  expect(phases[1]!.seconds[0]!.seconds).toBeCloseTo(want)
})

test('two devices share batch and time, and each needs the memory of its share', () => {
  const device = (seconds: number) => ({
    device: `${seconds}`,
    inferenceGflopsPerSecond: { separable: 100 / seconds, dense: 1 },
    trainingGflopsPerSecond: { separable: 50 / seconds, dense: 1 },
  })
  const of = (changes: Partial<RunPlanTask>) => planRun(task({ ...changes })).phases[1]!
  const [one, slower] = [of({ devices: [device(1)] }), of({ devices: [device(3)] })]
  const both = of({ devices: [device(1), device(3), device(9)], together: 2 })
  const [a, b] = [one.seconds[0]!.seconds, slower.seconds[0]!.seconds]
  expect(both.seconds).toEqual([{ device: '1 + 3', seconds: expect.closeTo((a * b) / (a + b), 6) }])
  expect(both.memoryBytes).toBe(memoryAt(one.memory, training().batchSize / 2))
  expect(of({ devices: [device(1)], together: 2 }).seconds).toEqual([])
})

test('the batch that is said to fit does, and one more does not', () => {
  const { memory } = planRun(task({ strategy: { name: 'full-fine-tuning' } })).phases.at(-1)!
  fc.assert(
    fc.property(fc.integer({ min: 1e8, max: 1e11 }), (available) => {
      const batch = batchThatFits(memory, available)
      if (batch > 0) expect(memoryAt(memory, batch)).toBeLessThanOrEqual(available)
      expect(memoryAt(memory, batch + 1)).toBeGreaterThan(available)
    }),
  )
})

describe('an expert would warn of', () => {
  const full = { strategy: { name: 'full-fine-tuning' } } as const
  test.each<[string, string, Partial<RunPlanTask>]>([
    [
      'few pictures for so many free parameters',
      'few-pictures',
      { ...full, pictures: { train: 100, validation: 20 } },
    ],
    ['a rate for training from scratch', 'rate-too-high', { training: training({ learningRate: 0.1 }) }],
    [
      'statistics of a small batch',
      'small-batch-statistics',
      { training: training({ batchNorm: 'batch', batchSize: 8 }) },
    ],
    [
      'frozen groups behind trained ones',
      'frozen-behind-trained',
      { strategy: { name: 'partial-fine-tuning', groups: ['blocks.3'] } },
    ],
    ['nothing held out', 'no-validation', { pictures: { train: 7200, validation: 0 } }],
    [
      'classes of very different sizes',
      'unbalanced-classes',
      { pictures: { train: 7200, validation: 9, perClass: [7000, 200] } },
    ],
    ['AdamW without decay', 'nothing-decays', { training: training({ optimizer: 'adamw' }) }],
    [
      'fresh statistics that never move',
      'fresh-moving-statistics',
      { ...full, strategy: { ...full.strategy, skip: ['bn2'] } },
    ],
    [
      'fresh layers in front of a first stage',
      'skipped-late',
      { strategy: { name: 'gradual-unfreezing', skip: ['conv_head'] } },
    ],
    [
      'a batch that is too large',
      'memory-over-device',
      { ...full, memories: [{ device: 'small', memoryBytes: 1e9 }] },
    ],
    [
      'batch statistics that each device takes of its own share',
      'statistics-per-device',
      { training: training({ batchNorm: 'batch', batchSize: 64 }), together: 2 },
    ],
    [
      'shares that are too small for statistics',
      'small-batch-statistics',
      { training: training({ batchNorm: 'batch', batchSize: 32 }), together: 4 },
    ],
    [
      'devices that have nothing to do',
      'idle-devices',
      { training: training({ batchSize: 3 }), together: 4 },
    ],
  ])('%s', (_, code, changes) => {
    expect(codes(changes)).toContain(code)
  })

  test('nothing where the defaults meet enough pictures', () => {
    for (const name of [
      'feature-extraction',
      'partial-fine-tuning',
      'full-fine-tuning',
      'gradual-unfreezing',
    ] as const)
      expect(codes({ strategy: { name } })).toEqual([])
  })

  test('several devices are no reason to warn where batch norm uses moving statistics', () => {
    expect(codes({ ...full, together: 4 })).toEqual([])
  })

  test('a high rate only where pretrained layers learn at it', () => {
    const stages = [{ groups: 0, epochs: 3, learningRate: 0.5 }, { groups: 'all' as const }]
    expect(codes({ strategy: { name: 'gradual-unfreezing', stages } })).toEqual([])
  })
})

test('a factor for a group that is not there is refused by name', () => {
  expect(() => planRun(task({ training: training({ groupRates: { layer9: 0.1 } }) }))).toThrow(
    expect.objectContaining({ code: 'strategy/unknown-group' }),
  )
})
