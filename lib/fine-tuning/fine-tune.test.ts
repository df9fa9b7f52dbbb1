import { expect, test } from 'vitest'
import type { WeightStore } from '../backbone/graph.ts'
import { planFreeze } from '../strategy/plan-freeze.ts'
import { type FineTuneTask, fineTune } from './fine-tune.ts'
import { portableKernels } from './portable/kernels.ts'
import type { EpochPoint, StartPoint } from './run-phase.ts'
import type { TrainingSettings } from './settings.ts'
import { type FineTuningState, packState, unpackState } from './state.ts'
import { madeUpSource, phaseOf } from './testing/made-up.ts'
import { smallNetwork } from './testing/small-network.ts'
import { tfjsForTests } from './testing/wasm.ts'

const tf = await tfjsForTests()
const device = { tf, kernels: portableKernels(tf) }
const { graph, weights } = smallNetwork()
const source = madeUpSource(graph, { count: 8, classes: 3 })

/** One step of plain gradient descent on all eight pictures, unless said otherwise. */
async function train(settings: Partial<TrainingSettings> = {}, more: Partial<FineTuneTask> = {}) {
  const points: EpochPoint[] = []
  const one = { epochs: 1, batchSize: 8, optimizer: { kind: 'sgd' }, learningRate: 0.1 } as const
  const tuned = await fineTune({
    graph,
    weights,
    phases: [phaseOf(planFreeze(graph, graph.groups), { ...one, ...settings })],
    data: async () => ({ train: source, validation: source }),
    device,
    seed: 1,
    onPoint: (point) => void points.push(point),
    ...more,
  })
  return { ...tuned, points }
}

/** How far a weight moved, number by number. */
function moves(after: WeightStore, name: string): number[] {
  return Array.from(after.get(name).data, (value, i) => value - weights.get(name).data[i]!)
}

function expectClose(got: number[], want: number[]) {
  for (const [i, value] of want.entries()) expect(got[i]).toBeCloseTo(value, 6)
}

const ALL = planFreeze(graph, graph.groups).trainedWeights

test('L2 pulls convolutions and dense layers, and leaves batch norm and biases out', async () => {
  const [plain, decayed] = [await train(), await train({ weightDecay: { kind: 'l2', amount: 0.5 } })]
  for (const name of ALL) {
    const pulled = !name.includes('.bn.') && name !== 'head.bias'
    const pull = Array.from(weights.get(name).data, (value) => (pulled ? -0.1 * 0.5 * value : 0))
    expectClose(
      moves(decayed.last, name),
      moves(plain.last, name).map((move, i) => move + pull[i]!),
    )
  }
})

test('decay of everything reaches batch norm too; decoupled decay is the same under plain descent', async () => {
  const everything = await train({ weightDecay: { kind: 'l2', amount: 0.5, everything: true } })
  const decoupled = await train({ weightDecay: { kind: 'decoupled', amount: 0.5, everything: true } })
  const plain = await train()
  expect(moves(everything.last, 'last.bn.weight')).not.toEqual(moves(plain.last, 'last.bn.weight'))
  for (const name of ALL) expectClose(moves(decoupled.last, name), moves(everything.last, name))
})

test('clipping scales all gradients together down to the length', async () => {
  const [plain, clipped] = [await train(), await train({ clipNorm: 0.2 })]
  const length = (after: WeightStore) => Math.hypot(...ALL.flatMap((name) => moves(after, name))) / 0.1
  expect(length(plain.last)).toBeGreaterThan(0.2)
  expect(length(clipped.last)).toBeCloseTo(0.2, 5)
  const share = 0.2 / length(plain.last)
  for (const name of ALL)
    expectClose(
      moves(clipped.last, name),
      moves(plain.last, name).map((move) => move * share),
    )
})

test("a layer group's multiplier scales its rate; 0 leaves it alone", async () => {
  const plain = await train()
  const scaled = await train({ rateMultipliers: { last: 0, middle: 0.5 } })
  expect(moves(scaled.last, 'last.conv.weight').every((move) => move === 0)).toBe(true)
  expectClose(
    moves(scaled.last, 'middle.conv.weight'),
    moves(plain.last, 'middle.conv.weight').map((move) => move / 2),
  )
  expectClose(moves(scaled.last, 'head.weight'), moves(plain.last, 'head.weight'))
})

test('the epoch with the least validation loss is kept beside the last, and the phase ends when it does not fall', async () => {
  // Far too fast: the loss jumps about.
  const { points, best, last } = await train({ epochs: 40, learningRate: 4, patience: 3 })
  const losses = points.map(({ validationLoss }) => validationLoss!)
  const least = losses.indexOf(Math.min(...losses))
  expect(best!.judged).toMatchObject({ epoch: least + 1, validationLoss: losses[least] })
  expect(points.length).toBe(Math.min(40, least + 4))
  expect(best!.weights.get('head.weight').data).not.toEqual(last.get('head.weight').data)
})

test('dropout and mixup change what is learned, and the same seed gives the same', async () => {
  const plain = await train({ epochs: 3 })
  for (const settings of [{ dropout: 0.5 }, { mixup: 0.4 }]) {
    const [one, another] = [await train({ epochs: 3, ...settings }), await train({ epochs: 3, ...settings })]
    expect(one.last.get('head.weight').data).toEqual(another.last.get('head.weight').data)
    expect(one.last.get('head.weight').data).not.toEqual(plain.last.get('head.weight').data)
  }
})

test('one picture of each of two classes is enough to learn from', async () => {
  const tiny = madeUpSource(graph, { count: 2, classes: 2 })
  const points: EpochPoint[] = []
  await fineTune({
    graph,
    weights,
    phases: [
      phaseOf(planFreeze(graph, graph.groups, 'batch'), { epochs: 30, batchSize: 64, learningRate: 0.05 }),
    ],
    data: async () => ({ train: tiny }),
    device,
    seed: 1,
    onPoint: (point) => void points.push(point),
  })
  expect(points.at(-1)!.loss).toBeLessThan(points[0]!.loss / 2)
  expect(points.at(-1)!.top1).toBe(1)
})

test('a run that is stopped before its first step has changed nothing', async () => {
  const { stopped, last } = await train({}, { shouldStop: () => true })
  expect(stopped).toBe(true)
  for (const name of ALL) expect(moves(last, name).every((move) => move === 0)).toBe(true)
})

test('what training starts from is judged first and stays the best where every epoch makes it worse', async () => {
  const started: StartPoint[] = []
  // Uphill: every step makes the loss larger.
  const { best, points } = await train(
    { epochs: 3, learningRate: -0.1 },
    { onStart: (point) => started.push(point) },
  )
  expect(started).toEqual([
    { phase: 'fine-tuning', validationLoss: expect.any(Number), validationTop1: expect.any(Number) },
  ])
  expect(points.every(({ validationLoss }) => validationLoss! > started[0]!.validationLoss)).toBe(true)
  expect(best!.judged).toMatchObject({ epoch: 0, validationLoss: started[0]!.validationLoss })
  for (const name of ALL) expect(moves(best!.weights, name).every((move) => move === 0)).toBe(true)
})

test('from any checkpoint, also in the middle of an epoch, training goes on as if it had never stopped', async () => {
  const settings = { epochs: 2, batchSize: 3, optimizer: { kind: 'adam' }, dropout: 0.3, mixup: 0.2 } as const
  const saved: Uint8Array[] = []
  const whole = await train(settings, {
    checkpointDue: () => true,
    checkpoint: async (state) => void saved.push(packState(state)),
    onStart: () => {},
  })
  // The start, then three batches of each epoch, the last of them with the epoch.
  expect(saved.map((bytes) => unpackState(bytes).position).map(({ epoch, batch }) => [epoch, batch])).toEqual(
    [
      [0, 0],
      [0, 1],
      [0, 2],
      [1, 0],
      [1, 1],
      [1, 2],
      [2, 0],
    ],
  )
  for (const bytes of saved) {
    const from = unpackState(bytes)
    const rest = await train(settings, { from, onStart: () => {} })
    expect(rest.points.map(figures)).toEqual(whole.points.slice(from.position.epoch).map(figures))
    for (const name of ALL) expect(rest.last.get(name).data).toEqual(whole.last.get(name).data)
    for (const name of ALL)
      expect(rest.best!.weights.get(name).data).toEqual(whole.best!.weights.get(name).data)
  }
})

test('a run that is resumed and stopped before its next step loses nothing of its optimizer', async () => {
  const settings = { epochs: 2, batchSize: 4, optimizer: { kind: 'momentum' } } as const
  const saved: FineTuningState[] = []
  const keep = async (state: FineTuningState) => void saved.push(state)
  const whole = await train(settings, { checkpointDue: () => true, checkpoint: keep })
  const [first] = saved.splice(0)
  await train(settings, { from: first!, shouldStop: () => true, checkpoint: keep })
  const rest = await train(settings, { from: saved[0]! })
  for (const name of ALL) expect(rest.last.get(name).data).toEqual(whole.last.get(name).data)
})

/** All but how fast it was. */
function figures({ imagesPerSecond: _, ...point }: EpochPoint) {
  return point
}
