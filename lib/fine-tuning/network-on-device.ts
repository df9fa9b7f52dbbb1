import { trainableNames } from '../backbone/cost.ts'
import type { BackboneGraph, TensorId, WeightStore } from '../backbone/graph.ts'
import { shapesOf } from '../backbone/shapes.ts'
import { DeviceWeights } from './device-weights.ts'
import type { Map4, Tensor } from './kernels.ts'
import type { Device } from './network/pass.ts'
import { type Suffix, suffixOf } from './network/suffix.ts'
import { openPrefix, type Prefix } from './prefix.ts'
import type { FineTuningPhase } from './settings.ts'
import type { ExampleSource } from './source.ts'

/** A phase's network on the engine: prefix, suffix and the weights that change. */
export type NetworkOnDevice = {
  readonly graph: BackboneGraph
  readonly device: Device
  readonly suffix: Suffix
  /** The same without a way back: for judging. */
  readonly forwardOnly: Suffix
  readonly trainable: ReadonlySet<string>
  readonly byBatch: ReadonlySet<TensorId>
  readonly weights: DeviceWeights
  /** Length of what the head reads. */
  readonly featureWidth: number
  /** Layer group of a weight. */
  groupOf(weight: string): string
  /** Names of the moving statistics that follow the batches. */
  readonly statistics: readonly string[]
  /** Names of what the phase changes: trained weights, then `statistics`. */
  readonly changing: readonly string[]
  /** The boundary's tensors of these pictures, on the engine, the caller's to dispose. */
  boundaryOf(source: ExampleSource, values: ReadonlyMap<TensorId, Float32Array>): Map<TensorId, Tensor>
  dispose(): void
}

export function openNetwork(
  device: Device,
  graph: BackboneGraph,
  store: WeightStore,
  { plan }: FineTuningPhase,
): NetworkOnDevice {
  const { tf } = device
  const output = graph.nodes.at(-1)!.id
  const { boundary } = plan
  const trainable = new Set(plan.trainedWeights)
  const byBatch = new Set(plan.movingBatchNorms)
  const suffix = suffixOf(graph, { boundary, output, trainable })
  const forwardOnly = suffixOf(graph, { boundary, output, trainable: new Set() })
  const weights = new DeviceWeights(tf, graph, suffix.nodes, store)
  const statistics = suffix.nodes.flatMap((node) =>
    node.op === 'batchNorm' && byBatch.has(node.id) ? [node.mean, node.variance] : [],
  )
  const shapes = shapesOf(graph)
  const groups = new Map(
    suffix.nodes.flatMap((node) => trainableNames(node).map((name) => [name, node.group] as const)),
  )
  let prefix: Prefix | undefined
  return {
    graph,
    device,
    suffix,
    forwardOnly,
    trainable,
    byBatch,
    weights,
    featureWidth: shapes.get(graph.features)!.at(-1)!,
    groupOf: (weight) => groups.get(weight)!,
    statistics,
    changing: [...trainable, ...statistics],
    boundaryOf(source, values) {
      const given = new Map<TensorId, Tensor>()
      for (const id of source.gives) {
        const [data, shape] = [values.get(id)!, shapes.get(id)!]
        const batch = data.length / shape.reduce((product, n) => product * n, 1)
        given.set(id, tf.tensor(data, [batch, ...shape], 'float32'))
      }
      if (boundary.every((id) => given.has(id))) return given
      prefix ??= openPrefix(tf, graph, store, boundary)
      const image = given.get(source.gives[0]!) as Map4
      try {
        return prefix.run(image)
      } finally {
        image.dispose()
      }
    },
    dispose() {
      weights.dispose()
      prefix?.dispose()
    },
  }
}
