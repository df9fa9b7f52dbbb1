import { beforeAll, expect, test } from 'vitest'
import type { BackboneGraph, WeightStore } from '../../lib/backbone/graph.ts'
import { withHead } from '../../lib/backbone/head.ts'
import { BACKBONES } from '../../lib/backbone/registry.ts'
import { weightShapes } from '../../lib/backbone/shapes.ts'
import { sliceTo } from '../../lib/backbone/slice.ts'
import { everyOp } from '../../lib/backbone/testing/every-op.ts'
import { madeUpWeights } from '../../lib/backbone/weights/made-up.ts'
import { fineTune } from '../../lib/fine-tuning/fine-tune.ts'
import { softmaxCrossEntropy, targetsOf } from '../../lib/fine-tuning/loss.ts'
import { forwardPass } from '../../lib/fine-tuning/network/pass.ts'
import { openNetwork } from '../../lib/fine-tuning/network-on-device.ts'
import { Optimizer } from '../../lib/fine-tuning/optimizers/optimizer.ts'
import { runPhase } from '../../lib/fine-tuning/run-phase.ts'
import type { FineTuningPhase } from '../../lib/fine-tuning/settings.ts'
import { START } from '../../lib/fine-tuning/state.ts'
import gradients from '../../lib/fine-tuning/testing/gradients.json' with { type: 'json' }
import { madeUpPictures, madeUpSource, phaseOf } from '../../lib/fine-tuning/testing/made-up.ts'
import { smallNetwork } from '../../lib/fine-tuning/testing/small-network.ts'
import recipes from '../../lib/fine-tuning/testing/training.json' with { type: 'json' }
import { planFreeze } from '../../lib/strategy/plan-freeze.ts'
import { describeUnless } from '../../scripts/describe-unless.ts'
import { trainingSelfTest } from './self-test/training-self-test.ts'
import type { TrainingDevice, TrainingEngine } from './training-engine.ts'

type Recipe = {
  learning_rate: number
  trainable_prefixes: string[]
  size: number
  batch: number
  steps: number
  losses: number[]
  tensors_changed?: number
  logits_after_row0?: number[]
}

type SuiteOptions = {
  /** How many steps of a recipe are worth the time on this engine; all by default. */
  steps?: Record<string, number>
  /** Whether the recipes, which train whole networks, are worth it. */
  wholeNetworks?: boolean
  /** Why the engine can't be tested here. */
  absent?: string | undefined
}

/** What every training engine must do. */
export function describeTrainingEngine(
  name: string,
  make: () => TrainingEngine,
  { steps = {}, wholeNetworks = true, absent }: SuiteOptions = {},
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

    for (const [recipe, run] of Object.entries(
      wholeNetworks ? (recipes.runs as Record<string, Recipe>) : {},
    )) {
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
    ] as const) {
      for (const batchNorm of ['moving', 'batch', 'batch, affine frozen'] as const) {
        test(`does not change what is frozen by a byte: ${strategy} trained, batch norm ${batchNorm}`, async () => {
          const { graph, weights } = smallNetwork()
          const plan = planFreeze(graph, trained, batchNorm)
          const after = await trainedWeights(device, graph, weights, { ...phaseOf(plan), name: 'test' })
          const moving = graph.nodes.flatMap((node) =>
            node.op === 'batchNorm' && plan.movingBatchNorms.includes(node.id)
              ? [node.mean, node.variance]
              : [],
          )
          const mayChange = new Set([...plan.trainedWeights, ...moving])
          const changed = [...after].filter(([weight, bytes]) => bytes !== bytesOf(weights, weight))
          expect(new Set(changed.map(([weight]) => weight))).toEqual(mayChange)
        })
      }
    }

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

    test('holds no more after 201 steps than after 41', async () => {
      const held: Record<number, number[]> = {}
      let step = 0
      await fineTune({
        ...taskOf(device, smallNetwork().graph, smallNetwork().weights),
        phases: [phaseOf(planFreeze(smallNetwork().graph, ['last', 'head'], 'batch'), { epochs: 101 })],
        onStep: () => {
          // Tensors, their bytes, and what a GPU holds for them.
          const numbers = Object.values(device.tf.memory()).filter((value) => typeof value === 'number')
          held[++step] = numbers
        },
      })
      expect(step).toBeGreaterThan(200)
      // Both the first of an epoch's two, so that the same tensors are in use.
      expect(held[201]).toEqual(held[41])
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

/** The every-op network without what its logits don't need. */
function everyOpToLogits(): BackboneGraph {
  const graph = everyOp()
  return { ...graph, nodes: sliceTo(graph, ['dense']) }
}

async function gradientsOf(device: TrainingDevice, graph: BackboneGraph, mode: 'moving' | 'batch') {
  const { tf } = device
  const network = openNetwork(device, graph, madeUpWeights(graph), phaseOf(planFreeze(graph, ['all'], mode)))
  const { suffix, trainable, byBatch, weights } = network
  const before = tf.memory().numTensors
  const image = tf.tensor(madeUpPictures(4, graph.size), [4, graph.size, graph.size, 3])
  const pass = forwardPass(device, suffix, new Map([['image', image]]), {
    weights: weights.tensors,
    trainable,
    byBatch,
  })
  const logits = (await pass.output.data()) as Float32Array
  const { loss, gradient } = softmaxCrossEntropy(logits, targetsOf([0, 1, 2, 0], { classes: 3 }))
  const dLogits = tf.tensor2d(gradient, [4, 3])
  const arrived = pass.backward(dLogits)
  const statistics: Record<string, number[]> = {}
  for (const { node, mean, variance } of pass.statistics) {
    const store = madeUpWeights(graph)
    const follow = (name: string, batch: ArrayLike<number>) =>
      Array.from(store.get(name).data, (moving, c) => 0.9 * moving + 0.1 * batch[c]!)
    statistics[node.mean] = follow(node.mean, await mean.data())
    statistics[node.variance] = follow(node.variance, await variance.data())
    tf.dispose([mean, variance])
  }
  const found: Record<string, number[]> = {}
  for (const [weight, tensor] of arrived) weights.replace(weight, tensor)
  // Read like weights: in PyTorch's order.
  for (const [weight, { data }] of await weights.read(arrived.keys())) found[weight] = [...data]
  dLogits.dispose()
  expect(tf.memory().numTensors).toBe(before)
  network.dispose()
  return { loss, found, statistics }
}

async function trainRecipe(device: TrainingDevice, recipe: string, run: Recipe, steps: number) {
  const graph = { ...withHead(BACKBONES.tf_efficientnet_lite0.build(), recipes.classes), size: run.size }
  const weights = madeUpWeights(graph)
  const names = [...weightShapes(graph).keys()]
  const trained = {
    weights: new Set(
      names.filter((name) => run.trainable_prefixes.some((prefix) => name.startsWith(prefix))),
    ),
  }
  const plan = planFreeze(graph, trained, recipe.includes('batch statistics') ? 'batch' : 'moving')
  const losses: number[] = []
  const phase = phaseOf(plan, {
    epochs: steps,
    batchSize: run.batch,
    learningRate: run.learning_rate,
    optimizer: { kind: 'momentum', momentum: 0.9 },
  })
  const source = madeUpSource(graph, { count: run.batch, classes: recipes.classes })
  const { last } = await fineTune({
    graph,
    weights,
    phases: [phase],
    data: async () => ({ train: source }),
    device,
    seed: 1,
    onPoint: ({ loss }) => void losses.push(loss),
  })
  const changed = names.filter((name) => bytesOf(last, name) !== bytesOf(weights, name)).length
  const logits = run.logits_after_row0 ? await firstLogits(device, graph, last, phase) : []
  return { losses, changed, logits }
}

async function firstLogits(
  device: TrainingDevice,
  graph: BackboneGraph,
  weights: WeightStore,
  phase: FineTuningPhase,
): Promise<number[]> {
  const { predict } = await import('../../lib/fine-tuning/fine-tune.ts')
  const source = madeUpSource(graph, { count: phase.settings.batchSize, classes: recipes.classes })
  const { logits } = await predict({ graph, weights, device, phase }, source)
  return [...logits.slice(0, recipes.classes)]
}

/** Every tensor of the suffix as it lies on the engine after two epochs, by name. */
async function trainedWeights(
  device: TrainingDevice,
  graph: BackboneGraph,
  weights: WeightStore,
  phase: FineTuningPhase,
): Promise<Map<string, string>> {
  const network = openNetwork(device, graph, weights, phase)
  const optimizer = new Optimizer(device.tf, phase.settings.optimizer)
  const source = madeUpSource(graph, { count: 8, classes: 3 })
  await runPhase({
    network,
    optimizer,
    phase,
    data: { train: source, validation: source },
    seed: 3,
    from: START,
    pause: async () => false,
    onStep: () => {},
    onEpoch: async () => {},
  })
  const read = await network.weights.read()
  optimizer.dispose()
  network.dispose()
  return new Map([...read].map(([name, { data }]) => [name, Buffer.from(data.buffer).toString('base64')]))
}

function bytesOf(store: WeightStore, name: string): string {
  const { data } = store.get(name)
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')
}

function taskOf(device: TrainingDevice, graph: BackboneGraph, weights: WeightStore) {
  const source = madeUpSource(graph, { count: 10, classes: 3 })
  return { graph, weights, device, seed: 5, data: async () => ({ train: source, validation: source }) }
}

/** Two phases with everything that is random; `stopAfter` steps it is stopped and goes on from what it kept. */
async function trainSmall(
  device: TrainingDevice,
  { stopAfter }: { stopAfter?: number } = {},
): Promise<WeightStore> {
  const { packState, unpackState } = await import('../../lib/fine-tuning/state.ts')
  const { graph, weights } = smallNetwork()
  const settings = { mixup: 0.4, dropout: 0.3, epochs: 2, optimizer: { kind: 'adam' } as const }
  const phases = [
    phaseOf(planFreeze(graph, ['head']), settings),
    phaseOf(planFreeze(graph, ['last', 'head'], 'batch'), settings),
  ]
  const task = { ...taskOf(device, graph, weights), phases }
  if (stopAfter === undefined) return (await fineTune(task)).last
  let done = 0
  let kept: Uint8Array | undefined
  const stopped = await fineTune({
    ...task,
    onStep: () => void done++,
    shouldStop: () => done >= stopAfter,
    checkpoint: async (state) => {
      kept = packState(state)
    },
  })
  expect(stopped.stopped).toBe(true)
  return (await fineTune({ ...task, from: unpackState(kept!) })).last
}
