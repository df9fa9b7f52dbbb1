import { costOfNodes } from '../backbone/cost.ts'
import type { BackboneGraph, GraphNode, TensorId } from '../backbone/graph.ts'
import { reachedFrom } from './reached.ts'

/** Floating-point operations of one picture; a multiply-add counts as two. */
export type Flops = {
  /** Of the frozen prefix. */
  readonly prefix: number
  /** Of the trained suffix, forward and backward. */
  readonly suffix: number
  readonly suffixBackward: number
}

/**
 * What a cut costs. Backward, a layer costs as much again for the gradient of its weights where they are trained, and as
 * much again for that of its input where a trained weight lies behind it.
 */
export function flopsOfPlan(
  graph: BackboneGraph,
  suffix: ReadonlySet<TensorId>,
  trainedOf: (node: GraphNode) => readonly string[],
): Flops {
  const costs = costOfNodes(graph)
  const reached = reachedFrom(graph.nodes, (node) => trainedOf(node).length > 0)
  let prefix = 0
  let forward = 0
  let backward = 0
  for (const node of graph.nodes) {
    const { flops } = costs.get(node.id)!
    if (!suffix.has(node.id)) prefix += flops
    else forward += flops
    if (trainedOf(node).length > 0) backward += flops
    if (node.inputs.some((id) => reached.has(id))) backward += flops
  }
  return { prefix, suffix: forward, suffixBackward: backward }
}
