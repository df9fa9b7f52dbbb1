import { foldBatchNorm } from '../backbone/fold.ts'
import type { BackboneGraph, TensorId, WeightStore } from '../backbone/graph.ts'
import { shapesOf } from '../backbone/shapes.ts'
import { encodeModel, type OnnxNode, type OnnxTensor, type OnnxValue } from './model.ts'
import { onnxNodes } from './nodes.ts'
import { inner, type OnnxWriter } from './writer.ts'

/** Part of the feature cache's key: raised whenever the same graph would give other numbers. */
export const EMITTER_VERSION = 1

/**
 * The network up to `outputs` as an ONNX file, with batch norm folded into the convolutions before it.
 *
 * One input, named like the graph's image, `[n, S, S, 3]`; outputs are named by tensor id, spatial ones NHWC.
 *
 * @throws Problem `weights/missing` when the store lacks a weight.
 */
export function emitOnnx(
  graph: BackboneGraph,
  weights: WeightStore,
  { outputs }: { outputs: readonly TensorId[] },
): Uint8Array {
  const folded = foldBatchNorm(graph, weights, outputs)
  const shapes = shapesOf(folded.graph)
  const initializers = new Map<string, OnnxTensor>()
  const writer: OnnxWriter = {
    shapes,
    weights: folded.weights,
    initializer(name, dims, data) {
      if (!initializers.has(name)) initializers.set(name, { name, dims, data })
      return name
    },
  }
  const value = (id: TensorId): OnnxValue => ({ name: id, dims: ['n', ...shapes.get(id)!] })
  const nodes = [
    ...folded.graph.nodes.flatMap((node) => onnxNodes(node, writer)),
    ...outputs.map((id) => outputNode(id, shapes.get(id)!.length === 3)),
  ]
  return encodeModel({
    name: 'whippet',
    inputs: [value(folded.graph.nodes[0]!.id)],
    outputs: outputs.map(value),
    nodes,
    initializers: [...initializers.values()],
  })
}

function outputNode(id: TensorId, spatial: boolean): OnnxNode {
  const ends = { name: `${id}/output`, inputs: [inner(id)], outputs: [id] }
  return spatial
    ? { op: 'Transpose', ...ends, attributes: { perm: { ints: [0, 2, 3, 1] } } }
    : { op: 'Identity', ...ends }
}
