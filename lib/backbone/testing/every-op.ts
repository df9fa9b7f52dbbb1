import type { BackboneGraph, GraphNode, GraphOp, Padding, Pair, TensorId } from '../graph.ts'

/**
 * A small network with every op of the graph, and every way to pad: SAME on even and odd sizes, explicit padding that is
 * SAME and that isn't, pools that count the padding and pools that don't, pools over negative numbers, where a padded
 * zero would win. And every neighbourhood that batch norm and activations have in the backbones: after a convolution,
 * a sum, a pool or a joint, before a convolution, read once and read by several.
 *
 * Every node's id is in `tensors`, to be compared one by one.
 */
export function everyOp(): BackboneGraph & { tensors: TensorId[] } {
  const nodes: GraphNode[] = [{ op: 'image', id: 'image', inputs: [], group: 'all' }]
  const add = (id: TensorId, inputs: TensorId[], op: GraphOp) => {
    nodes.push({ ...op, id, inputs, group: 'all' } as GraphNode)
    return id
  }
  const around = (n: number): Padding => ({ top: n, bottom: n, left: n, right: n })
  const conv = (
    id: TensorId,
    input: TensorId,
    filters: number,
    size: number | Pair,
    stride: number,
    padding: Padding,
  ) =>
    add(id, [input], {
      op: 'conv',
      filters,
      kernel: typeof size === 'number' ? [size, size] : size,
      strides: [stride, stride],
      padding,
      weight: `${id}.weight`,
    })
  const depthwise = (id: TensorId, input: TensorId, size: number, stride: number, padding: Padding) =>
    add(id, [input], {
      op: 'depthwiseConv',
      kernel: [size, size],
      strides: [stride, stride],
      padding,
      weight: `${id}.weight`,
      bias: `${id}.bias`,
    })
  const norm = (id: TensorId, input: TensorId) =>
    add(id, [input], {
      op: 'batchNorm',
      epsilon: 1e-3,
      scale: `${id}.weight`,
      shift: `${id}.bias`,
      mean: `${id}.running_mean`,
      variance: `${id}.running_var`,
    })
  const pool = (
    op: 'maxPool' | 'avgPool',
    id: TensorId,
    stride: number,
    padding: Padding,
    { countPad = false, input = 'stem' } = {},
  ) =>
    add(id, [input], {
      op,
      kernel: [3, 3],
      strides: [stride, stride],
      padding,
      ...(op === 'avgPool' && { countPad }),
    } as GraphOp)

  conv('conv_stem', 'image', 6, 3, 2, 'same')
  norm('stem_bn', 'conv_stem')
  add('stem', ['stem_bn'], { op: 'relu6' })
  conv('conv_pytorch', 'stem', 6, 3, 2, around(1))
  norm('bn_pytorch', 'conv_pytorch')
  add('relu_pytorch', ['bn_pytorch'], { op: 'relu' })
  depthwise('dw_same', 'stem', 5, 2, 'same')
  norm('bn_dw', 'dw_same')
  add('relu_dw', ['bn_dw'], { op: 'relu6' })
  depthwise('dw_pytorch', 'stem', 3, 2, around(1))
  conv('conv_valid', 'stem', 4, 3, 1, 'valid')
  conv('conv_lopsided', 'stem', 6, 3, 2, { top: 0, bottom: 2, left: 1, right: 0 })
  pool('maxPool', 'max_same', 2, 'same')
  pool('maxPool', 'max_pytorch', 2, around(1))
  pool('avgPool', 'avg_same', 2, 'same')
  pool('avgPool', 'avg_same_counted', 2, 'same', { countPad: true })
  pool('avgPool', 'avg_pytorch', 2, around(1))
  pool('avgPool', 'avg_pytorch_counted', 2, around(1), { countPad: true })
  pool('avgPool', 'avg_valid', 1, 'valid')
  pool('maxPool', 'max_valid', 2, 'valid')
  conv('conv_raw', 'stem', 4, 3, 1, 'same')
  pool('maxPool', 'max_negative', 2, around(1), { input: 'conv_raw' })
  pool('maxPool', 'max_negative_same', 2, 'same', { input: 'conv_raw' })
  pool('avgPool', 'avg_negative', 1, 'same', { input: 'conv_raw' })
  add('doubled', ['avg_negative', 'avg_negative'], { op: 'add' })
  norm('bn_after_pool', 'max_negative')
  add('relu_after_pool', ['bn_after_pool'], { op: 'relu' })
  add('relu_raw', ['conv_raw'], { op: 'relu' })
  conv('conv_row', 'relu_raw', 4, [1, 7], 2, { top: 0, bottom: 0, left: 3, right: 3 })
  norm('bn_row', 'conv_row')
  add('relu_row', ['bn_row'], { op: 'relu' })
  add('read_twice', ['bn_row', 'relu_row'], { op: 'add' })
  conv('conv_forked', 'stem', 4, 3, 2, 'same')
  norm('bn_forked', 'conv_forked')
  add('read_around', ['bn_forked', 'conv_forked'], { op: 'add' })
  conv('conv_column', 'relu_raw', 4, [7, 1], 1, { top: 3, bottom: 3, left: 0, right: 0 })
  conv('every_second', 'relu_raw', 2, 1, 2, 'valid')
  add('shifted', ['relu_raw'], { op: 'slice', top: 1, left: 1 })
  conv('every_other', 'shifted', 2, 1, 2, { top: 0, bottom: 1, left: 0, right: 1 })
  add('halves', ['every_second', 'every_other'], { op: 'concat' })
  norm('bn_halves', 'halves')
  add('sum', ['relu_pytorch', 'relu_dw', 'dw_pytorch'], { op: 'add' })
  norm('bn_before', 'sum')
  add('relu_before', ['bn_before'], { op: 'relu' })
  add('padded', ['relu_before'], { op: 'pad', padding: { top: 1, bottom: 0, left: 2, right: 1 } })
  add('sliced', ['padded'], { op: 'slice', top: 1, left: 3 })
  const maps = [
    'sliced',
    'max_same',
    'max_pytorch',
    'avg_same',
    'avg_same_counted',
    'avg_pytorch',
    'avg_pytorch_counted',
    'relu_after_pool',
    'max_negative_same',
    'read_twice',
    'read_around',
    'bn_halves',
  ]
  add('joined', maps, { op: 'concat' })
  add('pool', ['joined'], { op: 'globalAveragePool' })
  add('hidden', ['pool'], { op: 'dense', units: 5, weight: 'hidden.weight' })
  add('dense', ['hidden'], { op: 'dense', units: 3, weight: 'dense.weight', bias: 'dense.bias' })
  return {
    nodes,
    groups: ['all'],
    // Odd after the stem, so that SAME pads one side only on some of them.
    size: 20,
    features: 'pool',
    featureMap: 'joined',
    stages: {},
    tensors: nodes.slice(1).map(({ id }) => id),
  }
}
