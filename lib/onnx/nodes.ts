import type { GraphNode, TensorId } from '../backbone/graph.ts'
import { explicitPadding } from '../backbone/padding.ts'
import type { OnnxAttribute, OnnxNode } from './model.ts'
import { inner, type OnnxWriter } from './writer.ts'

/** To the last row and column, whatever the size. */
const END = 2 ** 31 - 1

/** One node of the graph in ONNX's words. */
export function onnxNodes(node: GraphNode, writer: OnnxWriter): readonly OnnxNode[] {
  const { weights, shapes, initializer } = writer
  const inputs = node.inputs.map(inner)
  const one = (
    op: string,
    attributes: Record<string, OnnxAttribute> = {},
    more: readonly string[] = [],
  ): OnnxNode[] => [
    { op, name: node.id, inputs: [...inputs, ...more], outputs: [inner(node.id)], attributes },
  ]
  const weight = (name: string) => initializer(name, weights.get(name).shape, weights.get(name).data)
  const weightAndBias = ({ weight: w, bias }: { weight: string; bias?: string }) =>
    bias === undefined ? [weight(w)] : [weight(w), weight(bias)]
  const scalar = (name: string, value: number) => initializer(name, [], Float32Array.of(value))
  const integers = (name: string, values: readonly number[]) =>
    initializer(name, [values.length], BigInt64Array.from(values, BigInt))

  switch (node.op) {
    case 'image':
      return one('Transpose', { perm: { ints: [0, 3, 1, 2] } }).map((n) => ({ ...n, inputs: [node.id] }))
    case 'conv':
      return one('Conv', windowAttributes(node, shapes), weightAndBias(node))
    case 'depthwiseConv': {
      const channels = shapes.get(node.id)!.at(-1)!
      return one('Conv', { ...windowAttributes(node, shapes), group: { int: channels } }, weightAndBias(node))
    }
    case 'batchNorm': {
      const parts = [node.scale, node.shift, node.mean, node.variance].map(weight)
      return one('BatchNormalization', { epsilon: { float: node.epsilon } }, parts)
    }
    case 'relu':
      return one('Relu')
    case 'relu6':
      return one('Clip', {}, [scalar('clip/0', 0), scalar('clip/6', 6)])
    case 'maxPool':
      return one('MaxPool', windowAttributes(node, shapes))
    case 'avgPool': {
      const countPad = { count_include_pad: { int: node.countPad ? 1 : 0 } }
      return one('AveragePool', { ...windowAttributes(node, shapes), ...countPad })
    }
    case 'add':
      return one(inputs.length === 2 ? 'Add' : 'Sum')
    case 'concat':
      return one('Concat', { axis: { int: 1 } })
    case 'pad': {
      const { top, left, bottom, right } = node.padding
      return one('Pad', {}, [integers(`${node.id}/pads`, [0, 0, top, left, 0, 0, bottom, right])])
    }
    case 'slice':
      return one('Slice', {}, [
        integers(`${node.id}/starts`, [node.top, node.left]),
        integers('slice/ends', [END, END]),
        integers('slice/axes', [2, 3]),
      ])
    case 'globalAveragePool': {
      const pooled = `${node.id}/1x1`
      const flat = one('Flatten', { axis: { int: 1 } }).map((n) => ({ ...n, inputs: [pooled] }))
      return [{ op: 'GlobalAveragePool', name: `${node.id}/mean`, inputs, outputs: [pooled] }, ...flat]
    }
    case 'dense':
      return one('Gemm', { transB: { int: 1 } }, weightAndBias(node))
  }
}

/** Kernel, strides and explicit pads `[top, left, bottom, right]` of a convolution or a pool. */
function windowAttributes(
  { kernel, strides, padding, inputs }: Extract<GraphNode, { kernel: unknown }>,
  shapes: ReadonlyMap<TensorId, readonly number[]>,
): Record<string, OnnxAttribute> {
  const [height = 0, width = 0] = shapes.get(inputs[0]!)!
  const { top, left, bottom, right } = explicitPadding(padding, [height, width], kernel, strides)
  return {
    kernel_shape: { ints: kernel },
    strides: { ints: strides },
    pads: { ints: [top, left, bottom, right] },
  }
}
