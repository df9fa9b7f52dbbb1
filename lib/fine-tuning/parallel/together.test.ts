import { expect, test } from 'vitest'
import { planFreeze } from '../../strategy/plan-freeze.ts'
import { type FineTuneTask, fineTune } from '../fine-tune.ts'
import { portableKernels } from '../portable/kernels.ts'
import type { EpochPoint, StepPoint } from '../run-phase.ts'
import type { TrainingSettings } from '../settings.ts'
import { inMemoryGroup } from '../testing/in-memory-group.ts'
import { madeUpSource, phaseOf } from '../testing/made-up.ts'
import { smallNetwork } from '../testing/small-network.ts'
import { tfjsForTests } from '../testing/wasm.ts'
import type { DeviceGroup } from './device-group.ts'

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
