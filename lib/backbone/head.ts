import type { BackboneGraph, WeightStore } from './graph.ts'

/** A trained head: one dense layer over the pooled features, in PyTorch's order. */
export type Head = {
  /** `[classes, features]`, row by row. */
  readonly weight: Float32Array
  readonly bias: Float32Array
  readonly classes: number
  readonly features: number
}

/** Layer group and node of the head. */
export const HEAD = 'classifier'
export const HEAD_WEIGHT = `${HEAD}.weight`
export const HEAD_BIAS = `${HEAD}.bias`

/** The backbone with a dense layer over its features: the node `classifier` gives the logits. */
export function withHead(graph: BackboneGraph, classes: number): BackboneGraph {
  const node = {
    id: HEAD,
    inputs: [graph.features],
    group: HEAD,
    op: 'dense',
    units: classes,
    weight: HEAD_WEIGHT,
    bias: HEAD_BIAS,
  } as const
  return {
    ...graph,
    nodes: [...graph.nodes, node],
    groups: [...graph.groups, HEAD],
    stages: { ...graph.stages, [HEAD]: HEAD },
  }
}

/** The backbone's weights and the head's. */
export function withHeadWeights(
  backbone: WeightStore,
  { weight, bias, classes, features }: Head,
): WeightStore {
  const own = new Map([
    [HEAD_WEIGHT, { shape: [classes, features], data: weight }],
    [HEAD_BIAS, { shape: [classes], data: bias }],
  ])
  return {
    names: () => [...backbone.names().filter((name) => !own.has(name)), ...own.keys()],
    has: (name) => own.has(name) || backbone.has(name),
    get: (name) => own.get(name) ?? backbone.get(name),
  }
}
