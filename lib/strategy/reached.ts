import type { GraphNode, TensorId } from '../backbone/graph.ts'

/** The nodes that begin something, and all whose output depends on them. */
export function reachedFrom(
  nodes: readonly GraphNode[],
  begins: (node: GraphNode) => boolean,
): Set<TensorId> {
  const reached = new Set<TensorId>()
  for (const node of nodes) {
    if (node.op === 'image') continue
    if (begins(node) || node.inputs.some((id) => reached.has(id))) reached.add(node.id)
  }
  return reached
}
