import { HEAD, withHead } from '../../lib/backbone/head.ts'
import { shapesOf } from '../../lib/backbone/shapes.ts'
import { madeUpWeights } from '../../lib/backbone/weights/made-up.ts'
import { fineTune } from '../../lib/fine-tuning/fine-tune.ts'
import type { ExampleSource } from '../../lib/fine-tuning/source.ts'
import { planFreeze } from '../../lib/strategy/plan-freeze.ts'
import { seededRandom } from '../../lib/training/random.ts'
import type { TrainingDevice } from '../engines/training-engine.ts'
import type { MeasuredNetwork } from './networks.ts'

const CLASSES = 10
/** One step warms the engine up; then as many as fit into this, two at least. */
const MEASURE_MS = 800
const LEAST_STEPS = 2
const MOST_STEPS = 200

export type TrainingMeasure = {
  readonly batchSize: number
  /** The last layer groups that are trained, beside the head. */
  readonly groups: number
}

/**
 * Multiples of 10⁹ floating-point operations per second, forward and backward, over a few steps on pictures of noise.
 */
export async function measureTraining(
  device: TrainingDevice,
  { graph: backbone }: MeasuredNetwork,
  { batchSize, groups }: TrainingMeasure,
): Promise<number> {
  const graph = withHead(backbone, CLASSES)
  const plan = planFreeze(graph, [...backbone.groups.slice(-groups), HEAD], 'moving')
  const ends: number[] = []
  const isMeasured = () => ends.length > LEAST_STEPS && ends.at(-1)! - ends[0]! > MEASURE_MS
  await fineTune({
    graph,
    weights: madeUpWeights(graph),
    phases: [
      {
        name: 'calibration',
        plan,
        settings: {
          epochs: 1,
          batchSize,
          optimizer: { kind: 'momentum' },
          // What is learned does not matter, only that it stays a number.
          learningRate: 1e-9,
          schedule: { kind: 'constant' },
        },
      },
    ],
    data: async () => ({ train: noise(graph, plan.boundary, batchSize) }),
    device,
    seed: 0,
    onStep: () => ends.push(performance.now()),
    shouldStop: isMeasured,
  })
  const seconds = (ends.at(-1)! - ends[0]!) / 1000
  const steps = ends.length - 1
  return (steps * batchSize * (plan.flops.suffix + plan.flops.suffixBackward)) / seconds / 1e9
}

/** One epoch of noise at the boundary. */
function noise(
  graph: Parameters<typeof shapesOf>[0],
  boundary: readonly string[],
  batchSize: number,
): ExampleSource {
  const shapes = shapesOf(graph)
  const random = seededRandom(1)
  const batch = new Map(
    boundary.map((id) => {
      const values = shapes.get(id)!.reduce((product, n) => product * n, 1)
      return [id, Float32Array.from({ length: batchSize * values }, () => 2 * random() - 1)] as const
    }),
  )
  return {
    labels: Int32Array.from({ length: batchSize * MOST_STEPS }, (_, i) => i % CLASSES),
    gives: [...boundary],
    read: async () => batch,
  }
}
