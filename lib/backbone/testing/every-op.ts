import type { BackboneGraph, GraphNode, GraphOp, Padding, TensorId } from '../graph.ts'

/**
 * A small network with every op of the graph, and every way to pad: SAME on even and odd sizes, explicit padding that is
 * SAME and that isn't, pools that count the padding and pools that don't.
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
    size: number,
    stride: number,
    padding: Padding,
  ) =>
    add(id, [input], {
      op: 'conv',
      filters,
      kernel: [size, size],
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
    countPad = false,
  ) =>
    add(id, ['stem'], {
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
  pool('avgPool', 'avg_same_counted', 2, 'same', true)
  pool('avgPool', 'avg_pytorch', 2, around(1))
  pool('avgPool', 'avg_pytorch_counted', 2, around(1), true)
  pool('avgPool', 'avg_valid', 1, 'valid')
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
