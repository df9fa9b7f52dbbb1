import type { GraphNode, Padding } from '../backbone/graph.ts'
import { explicitPadding, tensorflowPadding } from '../backbone/padding.ts'
import type { FusedNode } from './fuse.ts'
import { meanCorrection } from './mean-correction.ts'
import { float32Type, int32Type, integer, integers, text, texts } from './topology.ts'
import { transpose } from './transpose.ts'
import type { Attributes, GraphModelWriter, Put } from './writer.ts'

type Windowed = Extract<GraphNode, { kernel: unknown }>
/** tfjs's max pool has no padding of its own that is not SAME: what is padded must never win. */
const NEVER_THE_LARGEST = -3.4e38
const NHWC = { T: float32Type, data_format: text('NHWC') }

/** A convolution with its bias and its activation in one step. */
export function emitConvolution(
  node: Extract<FusedNode, { op: 'conv' | 'depthwiseConv' }>,
  writer: GraphModelWriter,
  put: Put,
): void {
  const { weights, constant } = writer
  const { input, padding } = padded(node, writer, 0)
  const depthwise = node.op === 'depthwiseConv'
  // HWIO, and HWC1 for depthwise ones, whose channels are too unlike each other for 256 levels; they are few numbers.
  const [order, atLeast] = depthwise
    ? ([[2, 3, 0, 1], 'float16'] as const)
    : ([[2, 3, 1, 0], 'uint8'] as const)
  const weight = constant(node.weight, transpose(weights.get(node.weight), order), atLeast)
  const attr = {
    ...NHWC,
    strides: integers([1, ...node.strides, 1]),
    dilations: integers([1, 1, 1, 1]),
    padding,
  }
  if (node.bias === undefined) {
    put(depthwise ? 'DepthwiseConv2dNative' : 'Conv2D', [input, weight], attr)
    return
  }
  const activation = node.activation === undefined ? [] : [node.activation === 'relu6' ? 'Relu6' : 'Relu']
  put(
    depthwise ? 'FusedDepthwiseConv2dNative' : '_FusedConv2D',
    [input, weight, constant(node.bias, weights.get(node.bias))],
    { ...attr, ...fused('BiasAdd', ...activation) },
  )
}

/** An average over windows that counts padded zeros, or doesn't, as the node says. */
export function emitAveragePool(
  node: Extract<GraphNode, { op: 'avgPool' }>,
  writer: GraphModelWriter,
  put: Put,
): void {
  const [height = 0, width = 0] = writer.shapes.get(node.inputs[0]!)!
  const word = tensorflowPadding(node.padding, [height, width], node.kernel, node.strides)
  const attr = { ...NHWC, ...poolWindow(node) }
  // TensorFlow's pool never counts what SAME pads.
  if (word === 'valid' || (word === 'same' && !node.countPad)) {
    put('AvgPool', [node.inputs[0]!], { ...attr, padding: text(word.toUpperCase()) })
    return
  }
  const numbers = explicitPadding(node.padding, [height, width], node.kernel, node.strides)
  const { input } = padded({ ...node, padding: numbers }, writer, 0, true)
  if (node.countPad) {
    put('AvgPool', [input], { ...attr, padding: text('VALID') })
    return
  }
  const counted = put('AvgPool', [input], { ...attr, padding: text('VALID') }, `${node.id}/counted`)
  const correction = writer.constant(`${node.id}/correction`, meanCorrection(node, [height, width], numbers))
  put('Mul', [counted, correction], { T: float32Type })
}

export function fused(...ops: string[]): Attributes {
  return { fused_ops: texts(ops), num_args: integer(1), epsilon: { f: 0 } }
}

function poolWindow({ kernel, strides }: Windowed): Attributes {
  return { ksize: integers([1, ...kernel, 1]), strides: integers([1, ...strides, 1]) }
}

/** The largest of each window; what is padded never wins. */
export function emitMaxPool(
  node: Extract<GraphNode, { op: 'maxPool' }>,
  writer: GraphModelWriter,
  put: Put,
): void {
  const { input, padding } = padded(node, writer, NEVER_THE_LARGEST)
  put('MaxPool', [input], { ...NHWC, ...poolWindow(node), padding })
}

/** Pad + VALID unless it is exactly TensorFlow's SAME. */
function padded(
  node: Windowed,
  { shapes, constant, node: put }: GraphModelWriter,
  value: number,
  always = false,
): { input: string; padding: Attributes[string] } {
  const [input] = node.inputs as [string]
  const [height = 0, width = 0] = shapes.get(input)!
  const word = tensorflowPadding(node.padding, [height, width], node.kernel, node.strides)
  if (word && !always) return { input, padding: text(word.toUpperCase()) }
  const numbers = explicitPadding(node.padding, [height, width], node.kernel, node.strides)
  const name = `${node.id}/padded`
  const by = constant(`${node.id}/paddings`, { shape: [4, 2], data: Int32Array.from(paddings(numbers)) })
  const types = { T: float32Type, Tpaddings: int32Type }
  if (value === 0) put({ name, op: 'Pad', input: [input, by], attr: types })
  else {
    const filler = constant(`${node.id}/filler`, { shape: [], data: Float32Array.of(value) })
    put({ name, op: 'PadV2', input: [input, by, filler], attr: types })
  }
  return { input: name, padding: text('VALID') }
}

/** As `Pad` takes it, `[4, 2]`. */
export function paddings({ top, bottom, left, right }: Exclude<Padding, string>): number[] {
  return [0, 0, top, bottom, left, right, 0, 0]
}
