import { describe, expect, test } from 'vitest'
import type { Problem } from '../problem.ts'
import type { StrategyName } from '../strategy/strategies.ts'
import { parseSet, runSettingsSchema, strategyOf, trainingOf } from './settings.ts'
import { learningRateOf, viewsOf } from './training.ts'

const refused = (strategy: StrategyName, ...pairs: string[]): Problem => {
  try {
    parseSet(pairs, strategy)
  } catch (thrown) {
    return thrown as Problem
  }
  throw new Error(`${pairs.join(' ')} was taken`)
}

test('a run of before has neither options nor training, and reads as it did', () => {
  const before = {
    dataset: 'd',
    backbone: 'b',
    strategy: 'feature-extraction',
    looks: 'whole',
    solver: { kind: 'exact', refit: true },
    seed: 0,
  }
  expect(runSettingsSchema.parse(before)).toEqual(before)
  expect(strategyOf(runSettingsSchema.parse(before))).toEqual({ name: 'feature-extraction' })
})

describe('--set with a strategy that fine-tunes', () => {
  test('nothing set: momentum 0.9 at 0.01 on a cosine, ten epochs of 32, moving statistics, four modern views', () => {
    const { training } = parseSet([], 'full-fine-tuning')
    expect(training).toMatchObject({
      optimizer: 'momentum',
      momentum: 0.9,
      schedule: 'cosine',
      epochs: 10,
      batchSize: 32,
      l2: 1e-4,
      batchNorm: 'moving',
      augmentation: 'modern',
      views: 4,
    })
    const rates = (['last', 'several', 'whole'] as const).map((depth) => learningRateOf(training!, depth))
    expect(rates).toEqual([0.01, 0.003, 0.001])
    expect(trainingOf({})).toEqual(training)
  })

  test('short names are fine-tuning’s; the head’s solver keeps its whole names', () => {
    const chosen = parseSet(
      ['epochs=3', 'l2=0', 'solver=sgd', 'solver.epochs=20', 'learningRate=0.1'],
      'full-fine-tuning',
    )
    expect(chosen.training).toMatchObject({ epochs: 3, l2: 0, learningRate: 0.1 })
    expect(chosen.solver).toMatchObject({ kind: 'sgd', epochs: 20, learningRate: 0.1 })
  })

  test.each([
    ['groups=2', { groups: 2 }],
    ['groups=all', { groups: 'all' }],
    ['groups=blocks.6,conv_head', { groups: ['blocks.6', 'conv_head'] }],
    ['groups=stem', { groups: ['stem'] }],
    ['trainable=conv_head,bn2', { trainable: ['conv_head', 'bn2'] }],
    ['skip=blocks.6.*', { skip: ['blocks.6.*'] }],
    ['headFirst=false', { headFirst: false }],
  ])('%s', (pair, freeze) => {
    expect(parseSet([pair], 'partial-fine-tuning').freeze).toEqual(freeze)
  })

  test('stages are written groups:epochs:rate', () => {
    expect(
      parseSet(['stages=0:5:0.01,2:10,blocks.5+blocks.6,all:3:1e-4'], 'gradual-unfreezing').freeze,
    ).toEqual({
      stages: [
        { groups: 0, epochs: 5, learningRate: 0.01 },
        { groups: 2, epochs: 10 },
        { groups: ['blocks.5', 'blocks.6'] },
        { groups: 'all', epochs: 3, learningRate: 1e-4 },
      ],
    })
  })

  test('factors of groups are written group:factor', () => {
    const { training } = parseSet(['groupRates=stem:0.1,blocks.6:0.5'], 'full-fine-tuning')
    expect(training!.groupRates).toEqual({ stem: 0.1, 'blocks.6': 0.5 })
  })

  test.each([
    ['partial-fine-tuning', 'groups=-1', 'settings/bad-value', 'number of last groups'],
    ['partial-fine-tuning', 'groups=,', 'settings/bad-value', 'number of last groups'],
    ['gradual-unfreezing', 'stages=2:many', 'settings/bad-value', 'groups:epochs:rate'],
    ['full-fine-tuning', 'optimizer=lion', 'settings/bad-value', 'sgd, momentum, nesterov'],
    ['full-fine-tuning', 'groupRates=stem', 'settings/bad-value', 'layer groups with their factors'],
    ['full-fine-tuning', 'batchNorm=frozen', 'settings/bad-value', '"moving" or "batch"'],
    ['full-fine-tuning', 'learningrat=1', 'settings/unknown-key', 'training.learningRate'],
    ['full-fine-tuning', 'groups=2', 'settings/unknown-key', '--strategy partial-fine-tuning'],
    ['feature-extraction', 'mixup=0.2', 'settings/unknown-key', '--strategy partial-fine-tuning'],
    ['feature-extraction', 'training.epochs=2', 'settings/unknown-key', '--strategy partial-fine-tuning'],
  ] as const)('%s: %s is refused, and what is allowed is named', (strategy, pair, code, advice) => {
    expect(refused(strategy, pair)).toMatchObject({ code, advice: expect.stringContaining(advice) })
  })

  test('what is not set is the base’s, and what is set wins', () => {
    const base = { training: { epochs: 7, optimizer: 'adamw' as const }, freeze: { groups: 3 }, seed: 5 }
    const chosen = parseSet(['epochs=2'], 'partial-fine-tuning', base)
    expect(chosen).toMatchObject({
      training: { epochs: 2, optimizer: 'adamw' },
      freeze: { groups: 3 },
      seed: 5,
    })
  })

  test('whatever is chosen is stored and read back as it is', () => {
    const settings = {
      dataset: 'd',
      backbone: 'b',
      strategy: 'gradual-unfreezing',
      ...parseSet(['stages=0,all:2:0.1', 'clipNorm=1', 'earlyStopping=3'], 'gradual-unfreezing'),
    }
    expect(runSettingsSchema.parse(JSON.parse(JSON.stringify(settings)))).toEqual(settings)
  })
})

test('without augmentation there is one view', () => {
  expect(viewsOf({ augmentation: 'none', views: 4 })).toBe(1)
  expect(viewsOf({ augmentation: 'vgg', views: 4 })).toBe(4)
})
