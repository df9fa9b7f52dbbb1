import { foldBatchNorm } from '../backbone/fold.ts'
import type { BackboneGraph, TensorId, WeightStore } from '../backbone/graph.ts'
import { shapesOf } from '../backbone/shapes.ts'
import { float32ToFloat16 } from '../backbone/weights/float16.ts'
import { encodeModel, FLOAT, FLOAT16, type OnnxNode, type OnnxTensor, type OnnxValue } from './model.ts'
import { onnxNodes } from './nodes.ts'
import { inner, type OnnxWriter } from './writer.ts'

export type OnnxPrecision = 'float32' | 'float16'

/** Part of the feature cache's key: raised whenever the same graph would give other numbers. */
export const EMITTER_VERSION = 1

/**
 * The network up to `outputs` as an ONNX file, with batch norm folded into the convolutions before it.
 *
 * With `float16` it computes in half precision, as GPUs do at twice the speed and more; input and outputs stay float32.
 *
 * One input, named like the graph's image, `[n, S, S, 3]`; outputs are named by tensor id, spatial ones NHWC.
 *
 * @throws Problem `weights/missing` when the store lacks a weight.
 */
export function emitOnnx(
  graph: BackboneGraph,
  weights: WeightStore,
  { outputs, precision = 'float32' }: { outputs: readonly TensorId[]; precision?: OnnxPrecision },
): Uint8Array {
  const folded = foldBatchNorm(graph, weights, outputs)
  const shapes = shapesOf(folded.graph)
  const initializers = new Map<string, OnnxTensor>()
  const writer: OnnxWriter = {
    shapes,
    weights: folded.weights,
    initializer(name, dims, data) {
      if (!initializers.has(name)) initializers.set(name, { name, dims, data: stored(data, precision) })
      return name
    },
  }
  const image = folded.graph.nodes[0]!.id
  const value = (id: TensorId): OnnxValue => ({ name: id, dims: ['n', ...shapes.get(id)!] })
  const nodes = [
    ...folded.graph.nodes.flatMap((node) => onnxNodes(node, writer)),
    ...outputs.map((id) => outputNode(id, shapes.get(id)!.length === 3)),
  ].flatMap((node) => (precision === 'float16' ? castAtEdges(node, image) : [node]))
  return encodeModel({
    name: 'whippet',
    inputs: [value(image)],
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

/** Indices and sizes stay whole numbers. */
function stored(data: OnnxTensor['data'], precision: OnnxPrecision): OnnxTensor['data'] {
  return precision === 'float16' && data instanceof Float32Array ? float32ToFloat16(data) : data
}

/** Turns the image into halves where it comes in, and what leaves back into float32. */
function castAtEdges(node: OnnxNode, image: TensorId): OnnxNode[] {
  const cast = (name: string, from: string, to: string, type: number): OnnxNode => ({
    op: 'Cast',
    name: `${name}/cast`,
    inputs: [from],
    outputs: [to],
    attributes: { to: { int: type } },
  })
  if (node.inputs[0] === image) {
    const halves = `${image}/halves`
    return [cast(image, image, halves, FLOAT16), { ...node, inputs: [halves, ...node.inputs.slice(1)] }]
  }
  if (!node.name.endsWith('/output')) return [node]
  const [output] = node.outputs
  const halves = `${output}/halves`
  return [{ ...node, outputs: [halves] }, cast(node.name, halves, output!, FLOAT)]
}
