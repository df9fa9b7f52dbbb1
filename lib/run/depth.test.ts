import { expect, test } from 'vitest'
import { withHead } from '../backbone/head.ts'
import { backboneEntry } from '../backbone/registry.ts'
import { planRun } from '../strategy/plan-run.ts'
import type { StrategyName } from '../strategy/strategies.ts'
import { depthOfSettings } from './depth.ts'
import type { FreezeOptions } from './freeze.ts'
import { strategyOf } from './settings.ts'
import { trainingSchema, USUAL_RATES } from './training.ts'

const graph = withHead(backboneEntry('tf_efficientnet_lite0').build(), 2)
const training = trainingSchema.parse({})

test.each<[StrategyName, FreezeOptions, number]>([
  ['partial-fine-tuning', {}, 0.01],
  ['partial-fine-tuning', { groups: 1 }, 0.01],
  ['partial-fine-tuning', { groups: 2 }, 0.003],
  ['partial-fine-tuning', { groups: ['blocks.3', 'blocks.4'] }, 0.003],
  ['partial-fine-tuning', { groups: 'all' }, 0.001],
  ['gradual-unfreezing', {}, 0.001],
  ['gradual-unfreezing', { stages: [{ groups: 0 }, { groups: 3 }] }, 0.003],
  ['full-fine-tuning', {}, 0.001],
])('%s with %j: the form suggests the rate at which the plan trains, %d', (strategy, freeze, rate) => {
  const settings = { strategy, freeze }
  const pictures = { train: 100, validation: 10, perClass: [50, 50] }
  const { phases } = planRun({
    graph,
    strategy: strategyOf(settings),
    training,
    pictures,
    diskBudgetBytes: 1e12,
  })
  expect(phases.at(-1)!.learningRate).toBe(rate)
  expect(USUAL_RATES[depthOfSettings(settings)].momentum).toBe(rate)
})
