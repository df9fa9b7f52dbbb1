import type { GraphNode, TensorId } from '../backbone/graph.ts'

/** A convolution may do the activation that follows it in the same step. */
export type FusedNode = GraphNode & { readonly activation?: 'relu' | 'relu6' }

/** Merges each activation into the convolution before it, which takes its id, unless others need the value in between. */
export function fuseActivations(
  nodes: readonly GraphNode[],
  keep: readonly TensorId[],
): readonly FusedNode[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const reads = new Map<TensorId, number>()
  for (const id of [...nodes.flatMap(({ inputs }) => inputs), ...keep])
    reads.set(id, (reads.get(id) ?? 0) + 1)
  const merged = new Set<TensorId>()
  const fused = nodes.map((node): FusedNode => {
    const before = byId.get(node.inputs[0] ?? '')
    if ((node.op !== 'relu' && node.op !== 'relu6') || !before || reads.get(before.id) !== 1) return node
    if ((before.op !== 'conv' && before.op !== 'depthwiseConv') || before.bias === undefined) return node
    merged.add(before.id)
    return { ...before, id: node.id, activation: node.op }
  })
  return fused.filter(({ id }) => !merged.has(id))
}
