import { expect, test } from 'vitest'
import { planFreeze } from '../../strategy/plan-freeze.ts'
import { type FineTuneTask, fineTune } from '../fine-tune.ts'
import { portableKernels } from '../portable/kernels.ts'
import type { EpochPoint, StepPoint } from '../run-phase.ts'
import type { TrainingSettings } from '../settings.ts'
import { type FineTuningState, packState, unpackState } from '../state.ts'
import { inMemoryGroup } from '../testing/in-memory-group.ts'
import { madeUpSource, phaseOf } from '../testing/made-up.ts'
import { smallNetwork } from '../testing/small-network.ts'
import { tfjsForTests } from '../testing/wasm.ts'
import type { DeviceGroup } from './device-group.ts'
import { demandSame } from './same-weights.ts'

const tf = await tfjsForTests()
const device = { tf, kernels: portableKernels(tf) }
const { graph, weights } = smallNetwork()
/** In batches of 8: the last one has a single picture, so with 4 devices three of them have none. */
const train = madeUpSource(graph, { count: 17, classes: 3 })
const validation = madeUpSource(graph, { count: 9, classes: 3 })

type Told = { steps: StepPoint[]; epochs: EpochPoint[] }
type Trained = Told & Awaited<ReturnType<typeof fineTune>>

async function trainOn(
  size: number,
  settings: Partial<TrainingSettings> = {},
  task: (rank: number) => Partial<FineTuneTask> = () => ({}),
): Promise<Trained[]> {
  const one = (group?: DeviceGroup) => {
    const told: Told = { steps: [], epochs: [] }
    const phase = phaseOf(planFreeze(graph, graph.groups), { epochs: 3, batchSize: 8, ...settings })
    return fineTune({
      graph,
      weights,
      phases: [phase],
      data: async () => ({ train, validation }),
      device,
      group,
      seed: 5,
      onStep: (point) => void told.steps.push(point),
      onPoint: (point) => void told.epochs.push(point),
      ...task(group?.rank ?? 0),
    }).then((tuned) => ({ ...tuned, ...told }))
  }
  return size === 1 ? [await one()] : Promise.all(inMemoryGroup(size).devices.map(one))
}

const bytesOf = ({ last }: Trained) =>
  Buffer.concat(weights.names().map((name) => Buffer.from(last.get(name).data.slice().buffer)))

function expectSame(got: readonly number[], want: readonly number[]) {
  expect(got.length).toBe(want.length)
  for (const [i, value] of want.entries()) expect(Math.abs(got[i]! / value - 1)).toBeLessThan(1e-4)
}

const HARD: Partial<TrainingSettings> = {
  mixup: 0.4,
  dropout: 0.3,
  labelSmoothing: 0.1,
  classWeights: [1, 3, 0.5],
  clipNorm: 0.2,
  weightDecay: { kind: 'l2', amount: 1e-3 },
}

for (const size of [2, 4, 5]) {
  for (const [name, settings] of [
    ['plain', {}],
    ['with mixup, dropout, class weights and clipping', HARD],
  ] as const) {
    test(`${size} devices have the losses of one on the whole batch, the uneven last one included: ${name}`, async () => {
      const [alone] = await trainOn(1, settings)
      const together = await trainOn(size, settings)
      for (const { steps, epochs } of together) {
        expectSame(
          steps.map(({ loss }) => loss),
          alone!.steps.map(({ loss }) => loss),
        )
        expectSame(
          epochs.map(({ validationLoss }) => validationLoss!),
          alone!.epochs.map(({ validationLoss }) => validationLoss!),
        )
        expect(epochs.map(({ top1 }) => top1)).toEqual(alone!.epochs.map(({ top1 }) => top1))
      }
    })

    test(`${size} devices end with the same weights, bit for bit: ${name}`, async () => {
      const [first, ...others] = await trainOn(size, settings)
      for (const other of others) expect(bytesOf(other).equals(bytesOf(first!))).toBe(true)
    })
  }
}

test('with batch statistics every device has its own, and the moving ones follow their mean', async () => {
  const settings = { epochs: 1, batchSize: 16 }
  const phases = [phaseOf(planFreeze(graph, graph.groups, 'batch'), settings)]
  const [alone] = await trainOn(1, settings, () => ({ phases }))
  const together = await trainOn(2, settings, () => ({ phases }))
  expect(bytesOf(together[0]!).equals(bytesOf(together[1]!))).toBe(true)
  expect(together[0]!.steps[0]!.loss).not.toBeCloseTo(alone!.steps[0]!.loss, 6)
  // The mean of equal halves' means is the mean of the whole; not so the variance.
  const [mean, expected] = [together[0]!, alone!].map(({ last }) => last.get('first.bn.running_mean').data)
  for (const [i, value] of expected!.entries()) expect(mean![i]).toBeCloseTo(value, 6)
})

test('what one device stops, all stop, at the same batch', async () => {
  let asked = 0
  const stopsAtFifth = (rank: number) => ({ shouldStop: () => rank === 1 && ++asked > 4 })
  const together = await trainOn(3, {}, stopsAtFifth)
  expect(together.map(({ stopped, steps }) => ({ stopped, steps: steps.length }))).toEqual(
    Array.from({ length: 3 }, () => ({ stopped: true, steps: 3 })),
  )
})

test('a checkpoint of two devices is gone on with by one, by three or by two, to the same losses', async () => {
  let kept: FineTuningState | undefined
  let epochs = 0
  await trainOn(2, HARD, (rank) => ({
    shouldStop: () => epochs > 0,
    onPoint: () => rank === 0 && epochs++,
    checkpoint: async (state) => {
      if (rank === 0) kept = state
    },
  }))
  const [whole] = await trainOn(1, HARD)
  for (const size of [1, 2, 3]) {
    const [first] = await trainOn(size, HARD, () => ({ from: unpackState(packState(kept!)) }))
    expectSame(
      first!.epochs.map(({ loss }) => loss),
      whole!.epochs.slice(1).map(({ loss }) => loss),
    )
  }
})

test('devices whose weights differ by a bit are found out, on each of them', async () => {
  const tensor = (last: number) => [{ shape: [2], data: Float32Array.of(1, last) }]
  const compared = (values: number[]) =>
    Promise.allSettled(
      inMemoryGroup(values.length).devices.map((group) => demandSame(group, tensor(values[group.rank]!))),
    )
  const bit = 2 ** -23
  for (const { status, reason } of (await compared([1, 1, 1 + bit])) as PromiseRejectedResult[]) {
    expect(status).toBe('rejected')
    expect(reason).toMatchObject({ code: 'training/devices-apart' })
  }
  for (const { status } of await compared([1, 1, 1])) expect(status).toBe('fulfilled')
})
