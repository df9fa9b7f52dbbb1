import { foldBatchNorm } from '../backbone/fold.ts'
import type { BackboneGraph, TensorId, WeightStore } from '../backbone/graph.ts'
import { shapesOf } from '../backbone/shapes.ts'
import { fuseActivations } from './fuse.ts'
import { emitNode } from './nodes.ts'
import { PRECISIONS, type Precision } from './precision.ts'
import { constantNode, type TopologyNode } from './topology.ts'
import { type WeightSpec, writeWeight } from './weights.ts'
import type { GraphModelWriter } from './writer.ts'

type TensorInfo = {
  name: string
  dtype: 'DT_FLOAT'
  tensorShape: { dim: { size: string }[] }
}

/** A tfjs GraphModel in memory: what `tf.io.fromMemory` takes, and what {@link modelFiles} writes. */
export type GraphModelArtifacts = {
  format: 'graph-model'
  generatedBy: string
  convertedBy: null
  modelTopology: { node: TopologyNode[]; library: object; versions: { producer: number } }
  signature: { inputs: Record<string, TensorInfo>; outputs: Record<string, TensorInfo> }
  weightSpecs: WeightSpec[]
  weightData: ArrayBuffer
}

/**
 * Weights of fewer numbers than this keep 16 bits: the first, narrow convolutions have channels that 256 common levels
 * don't do justice. On EfficientNet-Lite0 that costs 50 kB of 4.9 MB, and takes the mean change of the probabilities
 * from 0.059 to 0.022, where levels per channel reach 0.014 and cost a product per convolution in every run.
 */
const SMALL = 16_384

/**
 * The network up to `outputs` for `tf.loadGraphModel`: batch norm folded, activations fused, weights in `precision`.
 *
 * Input and outputs are named by tensor id; spatial ones are NHWC. Biases and everything small stay float32.
 *
 * @throws Problem `weights/missing` when the store lacks a weight.
 */
export function emitGraphModel(
  graph: BackboneGraph,
  weights: WeightStore,
  { outputs, precision }: { outputs: readonly TensorId[]; precision: Precision },
): GraphModelArtifacts {
  const folded = foldBatchNorm(graph, weights, outputs)
  const shapes = shapesOf(folded.graph)
  const written = new Map<string, ReturnType<typeof writeWeight>>()
  const nodes: TopologyNode[] = []
  const writer: GraphModelWriter = {
    shapes,
    weights: folded.weights,
    node: (node) => nodes.push(node),
    constant(name, { shape, data }, atLeast = 'float32') {
      if (!written.has(name)) {
        const lowest = atLeast === 'uint8' && data.length < SMALL ? 'float16' : atLeast
        const chosen = PRECISIONS[Math.min(PRECISIONS.indexOf(precision), PRECISIONS.indexOf(lowest))]!
        written.set(name, writeWeight({ name, shape, data, precision: chosen }))
        nodes.push(constantNode(name, data instanceof Int32Array ? 'int32' : 'float32', shape))
      }
      return name
    },
  }
  for (const node of fuseActivations(folded.graph.nodes, outputs)) emitNode(node, writer)
  const info = (id: TensorId): TensorInfo => ({
    name: `${id}:0`,
    dtype: 'DT_FLOAT',
    tensorShape: { dim: [-1, ...shapes.get(id)!].map((size) => ({ size: String(size) })) },
  })
  const named = (ids: readonly TensorId[]) => Object.fromEntries(ids.map((id) => [id, info(id)]))
  return {
    format: 'graph-model',
    generatedBy: 'whippet',
    convertedBy: null,
    // The producer is the graph version of TensorFlow 2.x; tfjs doesn't look at it.
    modelTopology: { node: nodes, library: {}, versions: { producer: 1087 } },
    signature: { inputs: named([folded.graph.nodes[0]!.id]), outputs: named(outputs) },
    weightSpecs: [...written.values()].map(({ spec }) => spec),
    weightData: joined([...written.values()].map(({ bytes }) => bytes)),
  }
}

function joined(parts: readonly Uint8Array[]): ArrayBuffer {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all.buffer
}
