import { beforeAll, expect, test } from 'vitest'
import type { WeightStore } from '../../lib/backbone/graph.ts'
import { fineTune } from '../../lib/fine-tuning/fine-tune.ts'
import gradients from '../../lib/fine-tuning/testing/gradients.json' with { type: 'json' }
import { phaseOf } from '../../lib/fine-tuning/testing/made-up.ts'
import { smallNetwork } from '../../lib/fine-tuning/testing/small-network.ts'
import { planFreeze } from '../../lib/strategy/plan-freeze.ts'
import { describeUnless } from '../../scripts/describe-unless.ts'
import { trainingSelfTest } from './self-test/training-self-test.ts'
import { everyOpToLogits, gradientsOf } from './testing/gradients.ts'
import { RECIPES, trainRecipe } from './testing/recipes.ts'
import { bytesOf, mayChange, taskOf, trainedWeights, trainSmall } from './testing/train-small.ts'
import type { TrainingDevice, TrainingEngine } from './training-engine.ts'

type SuiteOptions = {
  /** How many steps of a recipe are worth the time on this engine; all by default. */
  steps?: Record<string, number>
  /** Whether the recipes, which train whole networks, are worth it. */
  wholeNetworks?: boolean
  /** After how many steps no more may be held than after 41. */
  lastStep?: number
  /** Why the engine can't be tested here. */
  absent?: string | undefined
}

/** What every training engine must do. */
export function describeTrainingEngine(
  name: string,
  make: () => TrainingEngine,
  { steps = {}, wholeNetworks = true, lastStep = 201, absent }: SuiteOptions = {},
) {
  describeUnless(absent, name, {}, () => {
    let device: TrainingDevice
    beforeAll(async () => {
      device = await make().open()
    })

    test('says what this machine offers', async () => {
      expect(await make().probe()).toMatchObject({ available: true, version: expect.stringMatching(/\d/) })
    })

    test('passes its self-test', async () => {
      expect(await trainingSelfTest(make())).toMatchObject({ status: 'passed' })
    })

    for (const mode of ['moving', 'batch'] as const) {
      test(`gives every op's gradients as PyTorch does, batch norm by ${mode} statistics`, async () => {
        const { loss, found, statistics } = await gradientsOf(device, everyOpToLogits(), mode)
        const expected = gradients[mode]
        expect(loss).toBeCloseTo(expected.loss, 5)
        expect(Object.keys(found).sort()).toEqual(Object.keys(expected.gradients).sort())
        for (const [weight, { length, first }] of Object.entries(expected.gradients)) {
          const got = found[weight]!
          expect(Math.abs(Math.hypot(...got) - length), `length of ${weight}`).toBeLessThan(
            1e-4 * length + 1e-7,
          )
          for (const [i, value] of first.entries())
            expect(Math.abs(got[i]! - value), `${weight} at ${i}`).toBeLessThan(1e-4 * length + 1e-7)
        }
        const moved = 'moved' in expected ? expected.moved : {}
        for (const [weight, { first }] of Object.entries(moved as typeof expected.gradients))
          for (const [i, value] of first.entries()) expect(statistics[weight]![i]).toBeCloseTo(value, 5)
      })
    }

    for (const [recipe, run] of Object.entries(wholeNetworks ? RECIPES : {})) {
      test(`has the reference's losses within 1e-4: ${recipe}`, async () => {
        const all = (steps[recipe] ?? run.steps) === run.steps
        const { losses, changed, logits } = await trainRecipe(device, recipe, run, steps[recipe] ?? run.steps)
        for (const [i, loss] of losses.entries())
          expect(Math.abs(loss / run.losses[i]! - 1), `step ${i + 1}: ${loss}`).toBeLessThan(1e-4)
        if (run.tensors_changed !== undefined) expect(changed).toBe(run.tensors_changed)
        if (all && run.logits_after_row0) {
          const largest = Math.max(...run.logits_after_row0.map(Math.abs))
          for (const [k, value] of run.logits_after_row0.entries())
            expect(Math.abs(logits[k]! - value)).toBeLessThan(1e-4 * largest)
        }
      })
    }

    for (const [strategy, trained] of [
      ['the head alone', ['head']],
      ['the last group', ['last', 'head']],
      ['chosen groups', ['middle', 'head']],
      ['weights by name', { weights: new Set(['middle.conv.weight', 'head.weight']) }],
      ['the whole network', smallNetwork().graph.groups],
    ] as const) {
      for (const batchNorm of ['moving', 'batch', 'batch, affine frozen'] as const) {
        test(`does not change what is frozen by a byte: ${strategy} trained, batch norm ${batchNorm}`, async () => {
          const { graph, weights } = smallNetwork()
          const plan = planFreeze(graph, trained, batchNorm)
          const after = await trainedWeights(device, graph, weights, { ...phaseOf(plan), name: 'test' })
          const changed = [...after].filter(([weight, bytes]) => bytes !== bytesOf(weights, weight))
          expect(new Set(changed.map(([weight]) => weight))).toEqual(mayChange(graph, plan))
        })
      }
    }

    test('unfreezes stage by stage: each changes what it trains, and nothing else by a byte', async () => {
      const { graph, weights } = smallNetwork()
      const plans = [planFreeze(graph, ['head']), planFreeze(graph, ['last', 'head'], 'batch')]
      const task = taskOf(device, graph, weights)
      const before: WeightStore[] = []
      const { last } = await fineTune({
        ...task,
        phases: plans.map((plan) => phaseOf(plan)),
        data: async (_phase, _index, stage) => {
          before.push(stage)
          return task.data()
        },
      })
      for (const [i, plan] of plans.entries()) {
        const [from, to] = [before[i]!, before[i + 1] ?? last]
        const changed = weights.names().filter((weight) => bytesOf(from, weight) !== bytesOf(to, weight))
        expect(new Set(changed)).toEqual(mayChange(graph, plan))
      }
    })

    test('gives the same bytes twice, and when it was stopped and goes on', async () => {
      const whole = await trainSmall(device)
      const again = await trainSmall(device)
      const resumed = await trainSmall(device, { stopAfter: 3 })
      for (const weight of whole.names()) {
        expect(bytesOf(again, weight), weight).toBe(bytesOf(whole, weight))
        expect(bytesOf(resumed, weight), weight).toBe(bytesOf(whole, weight))
      }
    })

    test('frees all that a training took', async () => {
      await trainSmall(device)
      const before = device.tf.memory().numTensors
      await trainSmall(device)
      expect(device.tf.memory().numTensors).toBe(before)
    })

    test(`holds no more after ${lastStep} steps than after 41`, async () => {
      const held: Record<number, number[]> = {}
      let step = 0
      await fineTune({
        ...taskOf(device, smallNetwork().graph, smallNetwork().weights),
        phases: [
          phaseOf(planFreeze(smallNetwork().graph, ['last', 'head'], 'batch'), {
            epochs: (lastStep + 1) / 2,
          }),
        ],
        onStep: () => {
          // Tensors, their bytes, and what a GPU holds for them.
          const numbers = Object.values(device.tf.memory()).filter((value) => typeof value === 'number')
          held[++step] = numbers
        },
      })
      expect(step).toBeGreaterThanOrEqual(lastStep)
      // Both the first of an epoch's two, so that the same tensors are in use.
      expect(held[lastStep]).toEqual(held[41])
    })

    test('ends with a problem that names step and rate when the loss is no number', async () => {
      const { graph, weights } = smallNetwork()
      const plan = planFreeze(graph, graph.groups)
      const before = device.tf.memory().numTensors
      const phase = phaseOf(plan, { optimizer: { kind: 'sgd' }, learningRate: 1e39 })
      await expect(fineTune({ ...taskOf(device, graph, weights), phases: [phase] })).rejects.toMatchObject({
        code: 'training/diverged',
        says: expect.stringMatching(/step \d+ .*learning rate of 1\.0e\+39/),
        advice: expect.stringContaining('learning rate'),
      })
      expect(device.tf.memory().numTensors).toBe(before)
    })
  })
}
