import type { BackboneGraph } from '../../../lib/backbone/graph.ts'

/**
 * A network small enough to check an engine in milliseconds, with what backbones are made of: a strided convolution,
 * batch norm, relu6, a depthwise convolution, a residual sum, the pool and a dense layer.
 */
export const SELF_TEST_GRAPH: BackboneGraph = {
  size: 8,
  groups: ['stem', 'block', 'head'],
  features: 'pool',
  featureMap: 'sum',
  stages: {},
  nodes: [
    { op: 'image', id: 'image', inputs: [], group: 'stem' },
    {
      op: 'conv',
      id: 'conv',
      inputs: ['image'],
      group: 'stem',
      filters: 4,
      kernel: [3, 3],
      strides: [2, 2],
      padding: 'same',
      weight: 'conv.weight',
    },
    {
      op: 'batchNorm',
      id: 'bn',
      inputs: ['conv'],
      group: 'stem',
      epsilon: 1e-3,
      scale: 'bn.weight',
      shift: 'bn.bias',
      mean: 'bn.running_mean',
      variance: 'bn.running_var',
    },
    { op: 'relu6', id: 'relu', inputs: ['bn'], group: 'stem' },
    {
      op: 'depthwiseConv',
      id: 'dw',
      inputs: ['relu'],
      group: 'block',
      kernel: [3, 3],
      strides: [1, 1],
      padding: { top: 1, bottom: 1, left: 1, right: 1 },
      weight: 'dw.weight',
    },
    { op: 'add', id: 'sum', inputs: ['dw', 'relu'], group: 'block' },
    { op: 'globalAveragePool', id: 'pool', inputs: ['sum'], group: 'head' },
    {
      op: 'dense',
      id: 'dense',
      inputs: ['pool'],
      group: 'head',
      units: 3,
      weight: 'dense.weight',
      bias: 'dense.bias',
    },
  ],
}

/**
 * What PyTorch computes for it in float64, with the made-up weights and the made-up input of the parity fixtures
 * (`uniform('input', 192)` as `[1, 3, 8, 8]`): the first 8 of `relu` as NHWC, all of `pool` and `dense`.
 */
export const SELF_TEST_ANSWERS: Readonly<Record<string, readonly number[]>> = {
  relu: [0.728729458, 0.424039443, 0, 0.466657721, 0.503687464, 0, 0.569759335, 0],
  pool: [0.5192385, 0.083984697, 0.500544502, 0.34221573],
  dense: [-0.01687024, 0.732227517, -0.341617697],
}
