import { expect, test } from 'vitest'
import { HEAD, withHead } from '../backbone/head.ts'
import { backboneEntry } from '../backbone/registry.ts'
import { parseSet, strategyOf, trainingOf } from '../run/settings.ts'
import { planRun } from '../strategy/plan-run.ts'
import { RECIPE_NAMES, recipeNamed } from './recipes.ts'

test.each(RECIPE_NAMES)('%s: every setting is one, and the plan fits its backbone', (name) => {
  const { backbone, strategy, settings } = recipeNamed(name)
  const chosen = parseSet([], strategy, settings)
  const planned = planRun({
    graph: withHead(backboneEntry(backbone).build(), 120),
    strategy: strategyOf({ strategy, freeze: chosen.freeze }),
    training: trainingOf(chosen),
    pictures: { train: 12_000, validation: 0 },
    diskBudgetBytes: 1e12,
  })
  expect(planned.warnings.map(({ code }) => code).filter((code) => code !== 'no-validation')).toEqual([])
})

test.each([
  ['tutorial-resnet50', 'resnetv2_50', 10, 5],
  ['tutorial-inception-v4', 'inception_v4', 2, 2],
  ['tutorial-nasnet-a-large', 'nasnetalarge', 2, 2],
] as const)(
  '%s: momentum 0.9 at 0.1, × 0.1 after epoch %4$s, batches of 64, L2 2e-4',
  (name, id, epochs, decayEvery) => {
    const { backbone, strategy, settings, nothingHeldOut } = recipeNamed(name)
    expect(backbone).toBe(id)
    expect(nothingHeldOut).toBe(true)
    const { training, freeze } = parseSet([], strategy, settings)
    expect(training).toMatchObject({
      optimizer: 'momentum',
      momentum: 0.9,
      learningRate: 0.1,
      schedule: 'step',
      decayFactor: 0.1,
      decayEvery,
      epochs,
      batchSize: 64,
      l2: 2e-4,
      batchNorm: 'moving',
    })
    const graph = withHead(backboneEntry(backbone).build(), 120)
    const { phases } = planRun({
      graph,
      strategy: strategyOf({ strategy, freeze }),
      training: training!,
      pictures: { train: 12_000, validation: 0 },
      diskBudgetBytes: 1e12,
    })
    expect(phases).toMatchObject([{ by: 'epochs', views: epochs, plan: { trainedGroups: [HEAD] } }])
  },
)

test('a recipe that is not there is refused with the nearest', () => {
  expect(() => recipeNamed('blanced')).toThrow(
    expect.objectContaining({ code: 'recipes/unknown', advice: expect.stringContaining('balanced') }),
  )
})
