import { Problem } from '../problem.ts'
import type { BackboneGraph, GraphNode, TensorId } from './graph.ts'
import { windowedSize } from './padding.ts'

type Shape = readonly number[]

/**
 * Shape of every tensor for one picture, without the batch: maps `[height, width, channels]`, vectors `[length]`.
 *
 * @throws Problem `backbones/bad-graph` naming the node whose inputs don't fit.
 */
export function shapesOf(graph: Pick<BackboneGraph, 'nodes' | 'size'>): Map<TensorId, Shape> {
  const shapes = new Map<TensorId, Shape>()
  for (const node of graph.nodes) {
    const inputs = node.inputs.map(
      (id) => shapes.get(id) ?? misfit(node, `"${id}" comes later or not at all`),
    )
    shapes.set(node.id, outputShape(node, inputs, graph.size))
  }
  return shapes
}

/** Shape of every weight, in PyTorch's order: conv `[out, in, kh, kw]`, depthwise `[channels, 1, kh, kw]`, dense `[out, in]`. */
export function weightShapes(graph: Pick<BackboneGraph, 'nodes' | 'size'>): Map<string, Shape> {
  const shapes = shapesOf(graph)
  const weights = new Map<string, Shape>()
  for (const node of graph.nodes) {
    const channels = shapes.get(node.inputs[0] ?? '')?.at(-1) ?? 0
    if (node.op === 'conv') weights.set(node.weight, [node.filters, channels, ...node.kernel])
    if (node.op === 'depthwiseConv') weights.set(node.weight, [channels, 1, ...node.kernel])
    if (node.op === 'dense') weights.set(node.weight, [node.units, channels])
    if (node.op === 'batchNorm') {
      for (const name of [node.scale, node.shift, node.mean, node.variance]) weights.set(name, [channels])
    }
    if ('bias' in node && node.bias) weights.set(node.bias, [shapes.get(node.id)!.at(-1)!])
  }
  return weights
}

function outputShape(node: GraphNode, inputs: readonly Shape[], size: number): Shape {
  if (node.op === 'image') return node.length === undefined ? [size, size, 3] : [node.length]
  const first = inputs[0] ?? misfit(node, 'it has no input')
  const [height = 0, width = 0, channels = 0] = first
  switch (node.op) {
    case 'conv':
    case 'depthwiseConv':
    case 'maxPool':
    case 'avgPool': {
      if (first.length !== 3) misfit(node, `it slides over a map and was given [${first.join(', ')}]`)
      const [h, w] = windowedSize(node.padding, [height, width], node.kernel, node.strides)
      if (h < 1 || w < 1)
        misfit(node, `its ${node.kernel.join(' × ')} window is larger than ${height} × ${width}`)
      return [h, w, node.op === 'conv' ? node.filters : channels]
    }
    case 'batchNorm':
    case 'relu':
    case 'relu6':
      return first
    case 'add':
      for (const other of inputs)
        if (String(other) !== String(first))
          misfit(node, `it adds [${other.join(', ')}] to [${first.join(', ')}]`)
      return first
    case 'concat':
      for (const [h, w] of inputs)
        if (h !== height || w !== width) misfit(node, `it joins maps of ${h} × ${w} and ${height} × ${width}`)
      return [height, width, inputs.reduce((sum, shape) => sum + shape[2]!, 0)]
    case 'pad': {
      const { top, bottom, left, right } = node.padding
      return [height + top + bottom, width + left + right, channels]
    }
    case 'slice':
      if (node.top >= height || node.left >= width) misfit(node, `it leaves nothing of ${height} × ${width}`)
      return [height - node.top, width - node.left, channels]
    case 'globalAveragePool':
      return [channels]
    case 'dense':
      if (first.length !== 1) misfit(node, `it reads a vector and was given [${first.join(', ')}]`)
      return [node.units]
  }
}

function misfit(node: GraphNode, why: string): never {
  throw new Problem('backbones/bad-graph', {
    says: `The graph does not fit together at "${node.id}" (${node.op}): ${why}.`,
  })
}
