import type * as tfjs from '@tensorflow/tfjs-core'
import type { BackboneGraph, GraphNode, TensorId, WeightStore } from './graph.ts'
import { type ExplicitPadding, explicitPadding, tensorflowPadding } from './padding.ts'
import { sliceTo } from './slice.ts'

type Tf = typeof tfjs
type Tensor = tfjs.Tensor
type Pad4 = [[number, number], [number, number], [number, number], [number, number]]

/** A graph's weights as tensors of the engine, in the order that tfjs wants. */
export type LoadedWeights = { readonly tensors: ReadonlyMap<string, Tensor>; dispose(): void }

/** Uploads what `outputs` need: convolutions as HWIO, depthwise ones as HWC1, dense ones as `[in, out]`. */
export function loadWeights(
  tf: Tf,
  graph: BackboneGraph,
  weights: WeightStore,
  outputs: readonly TensorId[],
): LoadedWeights {
  const tensors = new Map<string, Tensor>()
  for (const node of sliceTo(graph, outputs)) {
    for (const [name, order] of weightsOf(node)) tensors.set(name, upload(tf, weights, name, order))
  }
  return { tensors, dispose: () => tf.dispose([...tensors.values()]) }
}

/**
 * Runs the graph over tfjs ops on whatever backend is active. Batch norm uses its moving statistics.
 *
 * @param image NHWC, `[n, S, S, 3]`, in the preprocessing's range.
 * @returns one tensor per output, which the caller disposes; everything in between is freed at its last use.
 */
export function runGraph(
  tf: Tf,
  graph: BackboneGraph,
  { tensors }: LoadedWeights,
  image: tfjs.Tensor4D,
  outputs: readonly TensorId[],
): Record<TensorId, Tensor> {
  const nodes = sliceTo(graph, outputs)
  const lastUse = new Map(nodes.flatMap((node) => node.inputs.map((id) => [id, node.id] as const)))
  const values = new Map<TensorId, Tensor>()
  for (const node of nodes) {
    const inputs = node.inputs.map((id) => values.get(id)!)
    values.set(
      node.id,
      node.op === 'image' ? image : tf.tidy(() => compute(tf, node, inputs, (name) => tensors.get(name)!)),
    )
    for (const id of new Set(node.inputs)) {
      const done = lastUse.get(id) === node.id && !outputs.includes(id) && id !== graph.nodes[0]!.id
      if (done) values.get(id)!.dispose()
    }
  }
  return Object.fromEntries(outputs.map((id) => [id, values.get(id)!]))
}

function compute(
  tf: Tf,
  node: Exclude<GraphNode, { op: 'image' }>,
  inputs: Tensor[],
  weight: (name: string) => Tensor,
): Tensor {
  const x = inputs[0] as tfjs.Tensor4D
  const biased = (y: Tensor) => ('bias' in node && node.bias ? tf.add(y, weight(node.bias)) : y)
  switch (node.op) {
    case 'conv':
    case 'depthwiseConv': {
      const { input, padding } = padded(tf, x, node, 0)
      const filter = weight(node.weight) as tfjs.Tensor4D
      const convolve = node.op === 'conv' ? tf.conv2d : tf.depthwiseConv2d
      return biased(convolve(input, filter, [...node.strides], padding))
    }
    case 'batchNorm':
      return tf.batchNorm(
        x,
        vector(node.mean),
        vector(node.variance),
        vector(node.shift),
        vector(node.scale),
        node.epsilon,
      )
    case 'relu':
      return tf.relu(x)
    case 'relu6':
      return tf.relu6(x)
    case 'maxPool': {
      // Padding must never win: the lowest float, not zero.
      const { input, padding } = padded(tf, x, node, -3.4e38)
      return tf.maxPool(input, [...node.kernel], [...node.strides], padding)
    }
    case 'avgPool':
      return averagePool(tf, x, node)
    case 'add':
      return tf.addN(inputs)
    case 'concat':
      return tf.concat(inputs as tfjs.Tensor4D[], 3)
    case 'pad':
      return tf.pad(x, pad4(node.padding))
    case 'slice':
      return tf.slice(x, [0, node.top, node.left, 0])
    case 'globalAveragePool':
      return tf.mean(x, [1, 2])
    case 'dense':
      return biased(tf.matMul(inputs[0] as tfjs.Tensor2D, weight(node.weight) as tfjs.Tensor2D))
  }
  function vector(name: string): tfjs.Tensor1D {
    return weight(name) as tfjs.Tensor1D
  }
}

/** SAME in tfjs never counts the padding; with `countPad`, or with explicit padding, the zeros are put there by hand. */
function averagePool(tf: Tf, x: tfjs.Tensor4D, node: Extract<GraphNode, { op: 'avgPool' }>): Tensor {
  const kernel: [number, number] = [...node.kernel]
  const strides: [number, number] = [...node.strides]
  const size = [x.shape[1], x.shape[2]] as const
  const word = tensorflowPadding(node.padding, size, kernel, strides)
  if (word === 'valid' || (word === 'same' && !node.countPad)) return tf.avgPool(x, kernel, strides, word)
  const padding = pad4(explicitPadding(node.padding, size, kernel, strides))
  const sum = tf.avgPool(tf.pad(x, padding), kernel, strides, 'valid')
  if (node.countPad) return sum
  const share = tf.avgPool(tf.pad(tf.onesLike(x), padding), kernel, strides, 'valid')
  return tf.div(sum, share)
}

/** Pad + VALID unless it is exactly TensorFlow's SAME. */
function padded(
  tf: Tf,
  x: tfjs.Tensor4D,
  { padding, kernel, strides }: Extract<GraphNode, { kernel: unknown }>,
  value: number,
): { input: tfjs.Tensor4D; padding: 'same' | 'valid' } {
  const size = [x.shape[1], x.shape[2]] as const
  const word = tensorflowPadding(padding, size, kernel, strides)
  if (word) return { input: x, padding: word }
  const numbers = explicitPadding(padding, size, kernel, strides)
  return { input: tf.pad(x, pad4(numbers), value), padding: 'valid' }
}

function pad4({ top, bottom, left, right }: ExplicitPadding): Pad4 {
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]
}

/** A node's weights with the permutation from PyTorch's order to tfjs's; none for vectors. */
export function weightsOf(node: GraphNode): [name: string, order?: readonly number[]][] {
  const bias: [string][] = 'bias' in node && node.bias ? [[node.bias]] : []
  if (node.op === 'conv') return [[node.weight, [2, 3, 1, 0]], ...bias]
  if (node.op === 'depthwiseConv') return [[node.weight, [2, 3, 0, 1]], ...bias]
  if (node.op === 'dense') return [[node.weight, [1, 0]], ...bias]
  if (node.op === 'batchNorm') return [[node.mean], [node.variance], [node.shift], [node.scale]]
  return []
}

function upload(tf: Tf, weights: WeightStore, name: string, order?: readonly number[]): Tensor {
  const { shape, data } = weights.get(name)
  return tf.tidy(() => {
    const tensor = tf.tensor(data, [...shape], 'float32')
    return order ? tf.transpose(tensor, [...order]) : tensor
  })
}
