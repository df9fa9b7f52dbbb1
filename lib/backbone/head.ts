import type { BackboneGraph, GraphNode, WeightStore, WeightTensor } from './graph.ts'

/** A trained head: a dense layer over the pooled features, in PyTorch's order, maybe with a hidden layer in between. */
export type Head = {
  /** `[classes, features]`, row by row; `[classes, units]` behind a hidden layer. */
  readonly weight: Float32Array
  readonly bias: Float32Array
  readonly classes: number
  /** Length of what the head reads. */
  readonly features: number
  /** Dense with relu: `weight` is `[units, features]`. */
  readonly hidden?: { readonly weight: Float32Array; readonly bias: Float32Array; readonly units: number }
}

/** Layer group and last node of the head. */
export const HEAD = 'classifier'
export const HEAD_WEIGHT = `${HEAD}.weight`
export const HEAD_BIAS = `${HEAD}.bias`
/** Node of the hidden layer, where the head has one. */
export const HIDDEN = `${HEAD}.hidden`
const HIDDEN_WEIGHT = `${HIDDEN}.weight`
const HIDDEN_BIAS = `${HIDDEN}.bias`

/** The backbone with a head over its features: the node `classifier` gives the logits. */
export function withHead(graph: BackboneGraph, classes: number, hiddenUnits = 0): BackboneGraph {
  const activation = `${HIDDEN}_relu`
  const dense = (id: string, input: string, units: number, weight: string, bias: string): GraphNode => ({
    id,
    inputs: [input],
    group: HEAD,
    op: 'dense',
    units,
    weight,
    bias,
  })
  const hidden: GraphNode[] =
    hiddenUnits === 0
      ? []
      : [
          dense(HIDDEN, graph.features, hiddenUnits, HIDDEN_WEIGHT, HIDDEN_BIAS),
          { id: activation, inputs: [HIDDEN], group: HEAD, op: 'relu' },
        ]
  const input = hiddenUnits === 0 ? graph.features : activation
  return {
    ...graph,
    nodes: [...graph.nodes, ...hidden, dense(HEAD, input, classes, HEAD_WEIGHT, HEAD_BIAS)],
    groups: [...graph.groups, HEAD],
    stages: { ...graph.stages, [HEAD]: HEAD },
  }
}

/** A head as weights of the graph. */
export function headTensors({ weight, bias, classes, features, hidden }: Head): Map<string, WeightTensor> {
  return new Map([
    [HEAD_WEIGHT, { shape: [classes, hidden?.units ?? features], data: weight }],
    [HEAD_BIAS, { shape: [classes], data: bias }],
    ...(hidden
      ? ([
          [HIDDEN_WEIGHT, { shape: [hidden.units, features], data: hidden.weight }],
          [HIDDEN_BIAS, { shape: [hidden.units], data: hidden.bias }],
        ] as const)
      : []),
  ])
}

/** The head among weights: the inverse of {@link headTensors}. @throws Problem `weights/missing`. */
export function headFromTensors(weights: WeightStore): Head {
  const { shape, data: weight } = weights.get(HEAD_WEIGHT)
  const [classes = 0, reads = 0] = shape
  const head = { weight, bias: weights.get(HEAD_BIAS).data, classes, features: reads }
  if (!weights.has(HIDDEN_WEIGHT)) return head
  const hidden = weights.get(HIDDEN_WEIGHT)
  const [units = 0, features = 0] = hidden.shape
  return { ...head, features, hidden: { weight: hidden.data, bias: weights.get(HIDDEN_BIAS).data, units } }
}

/** The backbone's weights and the head's. */
export function withHeadWeights(backbone: WeightStore, head: Head): WeightStore {
  const own = headTensors(head)
  return {
    names: () => [...backbone.names().filter((name) => !own.has(name)), ...own.keys()],
    has: (name) => own.has(name) || backbone.has(name),
    get: (name) => own.get(name) ?? backbone.get(name),
  }
}
