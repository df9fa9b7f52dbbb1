import type { GraphNode, WeightStore } from '../backbone/graph.ts'
import type { FusedNode } from './fuse.ts'
import { float32Type, int32Type, integer, placeholderNode } from './topology.ts'
import { transpose } from './transpose.ts'
import { emitAveragePool, emitConvolution, emitMaxPool, fused, paddings } from './windows.ts'
import type { GraphModelWriter, Put } from './writer.ts'

/** Writes one node of the graph in TensorFlow's words. */
export function emitNode(node: FusedNode, writer: GraphModelWriter): void {
  const { weights, shapes, constant } = writer
  const put: Put = (op, input, attr, name = node.id) => {
    writer.node({ name, op, input, attr })
    return name
  }
  const indices = (part: string, shape: readonly number[], values: readonly number[]) =>
    constant(`${node.id}/${part}`, { shape, data: Int32Array.from(values) })
  const [first = ''] = node.inputs

  switch (node.op) {
    case 'image':
      writer.node(placeholderNode(node.id, [-1, ...shapes.get(node.id)!]))
      break
    case 'conv':
    case 'depthwiseConv':
      emitConvolution(node, writer, put)
      break
    case 'batchNorm': {
      const { scale, shift } = scaleAndShift(node, weights)
      const scaled = put(
        'Mul',
        [first, constant(`${node.id}/scale`, scale)],
        { T: float32Type },
        `${node.id}/scaled`,
      )
      put('AddV2', [scaled, constant(`${node.id}/shift`, shift)], { T: float32Type })
      break
    }
    case 'relu':
      put('Relu', [first], { T: float32Type })
      break
    case 'relu6':
      put('Relu6', [first], { T: float32Type })
      break
    case 'maxPool':
      emitMaxPool(node, writer, put)
      break
    case 'avgPool':
      emitAveragePool(node, writer, put)
      break
    case 'add':
      node.inputs
        .slice(1)
        .reduce(
          (sum, input, i) =>
            put(
              'AddV2',
              [sum, input],
              { T: float32Type },
              i === node.inputs.length - 2 ? node.id : `${node.id}/${i}`,
            ),
          first,
        )
      break
    case 'concat':
      put('ConcatV2', [...node.inputs, indices('axis', [], [3])], {
        T: float32Type,
        N: integer(node.inputs.length),
        Tidx: int32Type,
      })
      break
    case 'pad': {
      put('Pad', [first, indices('paddings', [4, 2], paddings(node.padding))], {
        T: float32Type,
        Tpaddings: int32Type,
      })
      break
    }
    case 'slice':
      put(
        'Slice',
        [first, indices('begin', [4], [0, node.top, node.left, 0]), indices('size', [4], [-1, -1, -1, -1])],
        { T: float32Type, Index: int32Type },
      )
      break
    case 'globalAveragePool':
      put('Mean', [first, indices('axes', [2], [1, 2])], {
        T: float32Type,
        Tidx: int32Type,
        keep_dims: { b: false },
      })
      break
    case 'dense': {
      const weight = constant(node.weight, transpose(weights.get(node.weight), [1, 0]), 'uint8')
      const attr = { T: float32Type, transpose_a: { b: false }, transpose_b: { b: false } }
      if (node.bias === undefined) put('MatMul', [first, weight], attr)
      else
        put('_FusedMatMul', [first, weight, constant(node.bias, weights.get(node.bias))], {
          ...attr,
          ...fused('BiasAdd'),
        })
      break
    }
  }
}

/** A batch norm that follows no convolution, as one product and one sum. */
function scaleAndShift(node: Extract<GraphNode, { op: 'batchNorm' }>, weights: WeightStore) {
  const [scale, shift, mean, variance] = [node.scale, node.shift, node.mean, node.variance].map(
    (name) => weights.get(name).data,
  ) as [Float32Array, Float32Array, Float32Array, Float32Array]
  const factors = Float64Array.from(scale, (value, c) => value / Math.sqrt(variance[c]! + node.epsilon))
  const shape = [factors.length]
  return {
    scale: { shape, data: Float32Array.from(factors) },
    shift: { shape, data: Float32Array.from(factors, (factor, c) => shift[c]! - mean[c]! * factor) },
  }
}
