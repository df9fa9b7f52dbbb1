import type { BackboneGraph, WeightStore } from '../../backbone/graph.ts'
import { madeUpWeights } from '../../backbone/weights/made-up.ts'

/** Three groups of a convolution, batch norm and relu6 each, a pool and a head of three classes. */
export function smallNetwork(): { graph: BackboneGraph; weights: WeightStore } {
  const groups = ['first', 'middle', 'last']
  const nodes: BackboneGraph['nodes'][number][] = [{ op: 'image', id: 'image', inputs: [], group: 'first' }]
  let before = 'image'
  for (const group of groups) {
    const id = (part: string) => `${group}.${part}`
    nodes.push(
      {
        op: 'conv',
        id: id('conv'),
        inputs: [before],
        group,
        filters: 4,
        kernel: [3, 3],
        strides: [2, 2],
        padding: 'same',
        weight: id('conv.weight'),
      },
      {
        op: 'batchNorm',
        id: id('bn'),
        inputs: [id('conv')],
        group,
        epsilon: 1e-3,
        scale: id('bn.weight'),
        shift: id('bn.bias'),
        mean: id('bn.running_mean'),
        variance: id('bn.running_var'),
      },
      { op: 'relu6', id: id('act'), inputs: [id('bn')], group },
    )
    before = id('act')
  }
  nodes.push(
    { op: 'globalAveragePool', id: 'pool', inputs: [before], group: 'head' },
    {
      op: 'dense',
      id: 'head',
      inputs: ['pool'],
      group: 'head',
      units: 3,
      weight: 'head.weight',
      bias: 'head.bias',
    },
  )
  const graph: BackboneGraph = {
    nodes,
    groups: [...groups, 'head'],
    size: 16,
    features: 'pool',
    featureMap: before,
    stages: {},
  }
  return { graph, weights: madeUpWeights(graph) }
}
