import type { GraphNode, TensorId } from '../backbone/graph.ts'

/** A convolution may do the activation that follows it in the same step. */
export type FusedNode = GraphNode & { readonly activation?: 'relu' | 'relu6' }

/** Merges each activation into the convolution before it, which takes its id, unless others need the value in between. */
export function fuseActivations(
  nodes: readonly GraphNode[],
  keep: readonly TensorId[],
): readonly FusedNode[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const read = [...nodes.flatMap(({ inputs }) => inputs), ...keep]
  const readOnce = new Set(read.filter((id) => read.indexOf(id) === read.lastIndexOf(id)))
  const merged = new Set<TensorId>()
  const fused = nodes.map((node): FusedNode => {
    const before = byId.get(node.inputs[0] ?? '')
    if ((node.op !== 'relu' && node.op !== 'relu6') || !before || !readOnce.has(before.id)) return node
    if ((before.op !== 'conv' && before.op !== 'depthwiseConv') || before.bias === undefined) return node
    merged.add(before.id)
    return { ...before, id: node.id, activation: node.op }
  })
  return fused.filter(({ id }) => !merged.has(id))
}
