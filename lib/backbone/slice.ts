import type { BackboneGraph, GraphNode, TensorId } from './graph.ts'

/** The nodes that `outputs` need, in the graph's order. */
export function sliceTo(
  graph: Pick<BackboneGraph, 'nodes'>,
  outputs: readonly TensorId[],
): readonly GraphNode[] {
  const needed = new Set(outputs)
  for (const node of graph.nodes.toReversed()) {
    if (needed.has(node.id)) for (const input of node.inputs) needed.add(input)
  }
  return graph.nodes.filter(({ id }) => needed.has(id))
}
