import type { BackboneGraph, TensorId } from '../../backbone/graph.ts'
import { shapesOf } from '../../backbone/shapes.ts'
import { uniform } from '../../backbone/weights/made-up.ts'
import type { FineTuningPhase, TrainingSettings } from '../settings.ts'
import type { ExampleSource } from '../source.ts'

/** The parity fixtures' pictures, `uniform('input')` as `[n, 3, S, S]`, turned to NHWC. */
export function madeUpPictures(count: number, size: number): Float32Array {
  const pixels = size * size
  const planes = uniform('input', count * 3 * pixels)
  const images = new Float32Array(planes.length)
  for (let n = 0; n < count; n++) {
    for (let c = 0; c < 3; c++) {
      for (let i = 0; i < pixels; i++) images[(n * pixels + i) * 3 + c] = planes[(n * 3 + c) * pixels + i]!
    }
  }
  return images
}

/** Made-up pictures with labels i mod `classes`, as pixels: a frozen prefix runs in every epoch. */
export function madeUpSource(
  graph: BackboneGraph,
  { count, classes }: { count: number; classes: number },
): ExampleSource {
  const images = madeUpPictures(count, graph.size)
  return sourceOf(
    graph,
    'image',
    images,
    Int32Array.from({ length: count }, (_, i) => i % classes),
  )
}

/** Values of one tensor, picture after picture, as a source. */
export function sourceOf(
  graph: BackboneGraph,
  id: TensorId,
  values: Float32Array,
  labels: Int32Array,
): ExampleSource {
  const each = shapesOf(graph)
    .get(id)!
    .reduce((product, n) => product * n, 1)
  return {
    labels,
    gives: [id],
    async read(rows) {
      const batch = new Float32Array(rows.length * each)
      for (const [i, row] of rows.entries())
        batch.set(values.subarray(row * each, (row + 1) * each), i * each)
      return new Map([[id, batch]])
    },
  }
}

/** A phase with plain settings. */
export function phaseOf(
  plan: FineTuningPhase['plan'],
  settings: Partial<TrainingSettings> = {},
): FineTuningPhase {
  return {
    name: 'fine-tuning',
    plan,
    settings: {
      epochs: 2,
      batchSize: 4,
      optimizer: { kind: 'momentum' },
      learningRate: 0.01,
      schedule: { kind: 'constant' },
      ...settings,
    },
  }
}
