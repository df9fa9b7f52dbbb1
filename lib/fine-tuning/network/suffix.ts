import { trainableNames } from '../../backbone/cost.ts'
import type { BackboneGraph, GraphNode, TensorId } from '../../backbone/graph.ts'
import { Problem } from '../../problem.ts'

export type SuffixNode = Exclude<GraphNode, { op: 'image' }>

/** The part of a graph that training runs, from the boundary to its last node. */
export type Suffix = {
  /** In the graph's order. */
  readonly nodes: readonly SuffixNode[]
  readonly boundary: readonly TensorId[]
  readonly output: TensorId
  /** Tensors that a trained weight reaches: their gradient is needed. */
  readonly reached: ReadonlySet<TensorId>
  /** How many nodes read a tensor. */
  readonly readers: ReadonlyMap<TensorId, number>
}

/**
 * What of `graph` lies between `boundary` and `output`.
 *
 * @throws Problem `strategy/trained-in-prefix` when a trained weight lies before the boundary: nothing would change it.
 */
export function suffixOf(
  graph: Pick<BackboneGraph, 'nodes'>,
  {
    boundary,
    output,
    trainable,
  }: { boundary: readonly TensorId[]; output: TensorId; trainable: ReadonlySet<string> },
): Suffix {
  const given = new Set(boundary)
  const needed = new Set([output])
  for (const node of graph.nodes.toReversed()) {
    if (needed.has(node.id) && !given.has(node.id)) for (const input of node.inputs) needed.add(input)
  }
  const nodes = graph.nodes.filter(
    (node): node is SuffixNode => needed.has(node.id) && !given.has(node.id) && node.op !== 'image',
  )
  const left = new Set(trainable)
  const reached = new Set<TensorId>()
  const readers = new Map<TensorId, number>()
  for (const node of nodes) {
    const names = trainableNames(node)
    for (const name of names) left.delete(name)
    if (names.some((name) => trainable.has(name)) || node.inputs.some((id) => reached.has(id)))
      reached.add(node.id)
    for (const id of node.inputs) readers.set(id, (readers.get(id) ?? 0) + 1)
  }
  if (left.size > 0) {
    throw new Problem('strategy/trained-in-prefix', {
      says: `"${[...left][0]}" is to be trained, but lies in the frozen prefix or is no weight of the network.`,
      advice: 'Plan the run again: the boundary must lie before every trained weight.',
    })
  }
  return { nodes, boundary, output, reached, readers }
}
