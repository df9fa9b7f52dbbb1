import { availableParallelism } from 'node:os'
import type { BackboneGraph } from '../../../lib/backbone/graph.ts'
import { withHead } from '../../../lib/backbone/head.ts'
import { BACKBONES } from '../../../lib/backbone/registry.ts'
import { madeUpWeights } from '../../../lib/backbone/weights/made-up.ts'
import { fineTune } from '../../../lib/fine-tuning/fine-tune.ts'
import type { ExampleSource } from '../../../lib/fine-tuning/source.ts'
import { planFreeze } from '../../../lib/strategy/plan-freeze.ts'
import { seededRandom } from '../../../lib/training/random.ts'
import type { InferenceEngine } from '../inference-engine.ts'
import type { TrainingEngine } from '../training-engine.ts'

export type ThroughputSettings = {
  readonly graph: BackboneGraph
  readonly batch: number
  /** Goes on until so much time has passed, for one batch at least; a first one warms up. */
  readonly forMs: number
}

/** What engines are measured on where nothing else is asked for. */
export function usualMeasure(): ThroughputSettings {
  return { graph: BACKBONES.mobilenetv2_100.build(), batch: 4, forMs: 2000 }
}

/** Images/s forward up to the pooled features, by random pictures and made-up weights: what it computes costs the same. */
export async function forwardThroughput(
  engine: InferenceEngine,
  { graph, batch, forMs }: ThroughputSettings,
): Promise<number> {
  const session = await engine.open(graph, madeUpWeights(graph), [graph.features])
  const images = randomPictures(graph, batch)
  await session.run(images)
  const rate = await ratePerSecond(batch, forMs, () => session.run(images))
  await session.close()
  return rate
}

/** Images/s of training every weight, batch norm by the batch's statistics, SGD with momentum. */
export async function trainingThroughput(
  engine: TrainingEngine,
  { graph: backbone, batch, forMs }: ThroughputSettings,
): Promise<number> {
  const graph = withHead(backbone, CLASSES)
  const ends: number[] = []
  await fineTune({
    graph,
    weights: madeUpWeights(graph),
    phases: [
      {
        name: 'measure',
        plan: planFreeze(graph, graph.groups, 'batch'),
        settings: {
          epochs: 1,
          batchSize: batch,
          optimizer: { kind: 'momentum' },
          learningRate: 1e-3,
          schedule: { kind: 'constant' },
        },
      },
    ],
    data: async () => ({ train: endless(graph, batch) }),
    device: await engine.open(),
    seed: 0,
    onStep: () => void ends.push(performance.now()),
    // The first step warms up.
    shouldStop: () => ends.length > 1 && ends.at(-1)! - ends[0]! >= forMs,
  })
  return (batch * (ends.length - 1) * 1000) / (ends.at(-1)! - ends[0]!)
}

/** All cores: one session that has the machine to itself. */
export const allCores = availableParallelism

const CLASSES = 120
/** As many steps as nobody waits for. */
const MOST_STEPS = 1000

/** One batch of random pictures, again and again. */
function endless(graph: BackboneGraph, batch: number): ExampleSource {
  const images = randomPictures(graph, batch)
  const each = images.length / batch
  return {
    labels: Int32Array.from({ length: batch * MOST_STEPS }, (_, i) => i % CLASSES),
    gives: [graph.nodes[0]!.id],
    async read(rows) {
      const read = new Float32Array(rows.length * each)
      for (const [i, row] of rows.entries()) {
        const from = (row % batch) * each
        read.set(images.subarray(from, from + each), i * each)
      }
      return new Map([[graph.nodes[0]!.id, read]])
    },
  }
}

function randomPictures({ size }: BackboneGraph, count: number): Float32Array {
  const random = seededRandom(0)
  return Float32Array.from({ length: count * size * size * 3 }, () => random() * 2 - 1)
}

async function ratePerSecond(each: number, forMs: number, work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  let [done, passed] = [0, 0]
  do {
    await work()
    done += each
    passed = performance.now() - started
  } while (passed < forMs)
  return (done * 1000) / passed
}
