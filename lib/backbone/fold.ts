import type { BackboneGraph, GraphNode, TensorId, WeightStore, WeightTensor } from './graph.ts'
import { sliceTo } from './slice.ts'

type Conv = Extract<GraphNode, { op: 'conv' | 'depthwiseConv' }>
type BatchNorm = Extract<GraphNode, { op: 'batchNorm' }>

/**
 * The same function with fewer nodes: only what `keep` needs, and every batch norm that directly follows a convolution
 * multiplied into its weights (moving statistics; in double precision, rounded once). The convolution takes the batch
 * norm's id. A batch norm stays where its input is kept too, is read by others, or is no convolution.
 *
 * @throws Problem `weights/missing` when a weight that is folded is not in the store.
 */
export function foldBatchNorm(
  graph: BackboneGraph,
  weights: WeightStore,
  keep: readonly TensorId[],
): { graph: BackboneGraph; weights: WeightStore } {
  const sliced = sliceTo(graph, keep)
  const pairs = foldablePairs(sliced, keep)
  const fresh = new Map<string, WeightTensor>()
  const folded = sliced.map((node): GraphNode => {
    const conv = pairs.get(node.id)
    if (!conv || node.op !== 'batchNorm') return node
    const names = { weight: `${node.id}/folded.weight`, bias: `${node.id}/folded.bias` }
    const { weight, bias } = multiplied(conv, node, weights)
    fresh.set(names.weight, weight).set(names.bias, bias)
    return { ...conv, ...names, id: node.id }
  })
  const gone = new Set([...pairs.values()].map(({ id }) => id))
  const nodes = folded.filter(({ id }) => !gone.has(id))
  const left = new Set(nodes.map(({ id }) => id))
  const stages = Object.fromEntries(Object.entries(graph.stages).filter(([, id]) => left.has(id)))
  return { graph: { ...graph, nodes, stages }, weights: overlay(weights, fresh) }
}

/** The convolutions that {@link foldBatchNorm} merges into their batch norm: these tensors are gone afterwards. */
export function foldedAway(graph: BackboneGraph, keep: readonly TensorId[]): ReadonlySet<TensorId> {
  return new Set([...foldablePairs(sliceTo(graph, keep), keep).values()].map(({ id }) => id))
}

/** Batch norm → the convolution that it can be multiplied into. */
function foldablePairs(nodes: readonly GraphNode[], keep: readonly TensorId[]): Map<TensorId, Conv> {
  const readers = countReaders(nodes)
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const pairs = new Map<TensorId, Conv>()
  for (const { op, id, inputs } of nodes) {
    const before = byId.get(inputs[0] ?? '')
    if (op !== 'batchNorm' || !before || keep.includes(before.id) || readers.get(before.id) !== 1) continue
    if (before.op === 'conv' || before.op === 'depthwiseConv') pairs.set(id, before)
  }
  return pairs
}

function countReaders(nodes: readonly GraphNode[]): Map<TensorId, number> {
  const readers = new Map<TensorId, number>()
  for (const id of nodes.flatMap(({ inputs }) => inputs)) readers.set(id, (readers.get(id) ?? 0) + 1)
  return readers
}

/** Convolution, then `(x − mean) · scale / √(variance + ε) + shift`, as one convolution with a bias. */
function multiplied(
  conv: Conv,
  norm: BatchNorm,
  weights: WeightStore,
): { weight: WeightTensor; bias: WeightTensor } {
  const { shape, data } = weights.get(conv.weight)
  const [scale, shift] = [weights.get(norm.scale).data, weights.get(norm.shift).data]
  const [mean, variance] = [weights.get(norm.mean).data, weights.get(norm.variance).data]
  const before = conv.bias === undefined ? undefined : weights.get(conv.bias).data
  const channels = scale.length
  const perChannel = data.length / channels
  const factor = Float64Array.from(scale, (value, c) => value / Math.sqrt(variance[c]! + norm.epsilon))
  return {
    // PyTorch's order has the output channel first, in depthwise convolutions too.
    weight: { shape, data: data.map((value, i) => value * factor[Math.floor(i / perChannel)]!) },
    bias: {
      shape: [channels],
      data: Float32Array.from(
        factor,
        (value, c) => shift[c]! + ((before === undefined ? 0 : before[c]!) - mean[c]!) * value,
      ),
    },
  }
}

function overlay(under: WeightStore, over: ReadonlyMap<string, WeightTensor>): WeightStore {
  return {
    names: () => [...under.names(), ...over.keys()],
    has: (name) => over.has(name) || under.has(name),
    get: (name) => over.get(name) ?? under.get(name),
  }
}
