import { costOfGroups, trainableNames } from '../backbone/cost.ts'
import type { BackboneGraph, GraphNode, TensorId } from '../backbone/graph.ts'
import { weightShapes } from '../backbone/shapes.ts'

/** One layer group in a phase; `part` where patterns train some of its weights. */
export type GroupPlan = {
  readonly name: string
  readonly state: 'frozen' | 'part' | 'trained'
  readonly parameters: number
  readonly trainableParameters: number
  /** Forward, of one picture. */
  readonly flops: number
}

/** Every layer group, in order, and how much of it is trained. */
export function groupPlans(
  graph: BackboneGraph,
  trainedOf: (node: GraphNode) => readonly string[],
  starts: ReadonlySet<TensorId>,
): GroupPlan[] {
  const weights = weightShapes(graph)
  const trainable = new Map<string, number>()
  const all = new Map<string, boolean>()
  const any = new Set<string>()
  const isWhole = (node: GraphNode) => {
    const missing = trainableNames(node).length - trainedOf(node).length
    // A batch norm whose affine part is left alone still counts: its statistics move.
    return missing === 0 || (starts.has(node.id) && node.op === 'batchNorm' && trainedOf(node).length === 0)
  }
  for (const node of graph.nodes) {
    const count = trainedOf(node).reduce((sum, name) => sum + size(weights.get(name)!), 0)
    trainable.set(node.group, (trainable.get(node.group) ?? 0) + count)
    if (starts.has(node.id)) any.add(node.group)
    if (!isWhole(node)) all.set(node.group, false)
  }
  return [...costOfGroups(graph)].map(([name, { parameters, flops }]) => ({
    name,
    state: !any.has(name) ? 'frozen' : (all.get(name) ?? true) ? 'trained' : 'part',
    parameters,
    trainableParameters: trainable.get(name) ?? 0,
    flops,
  }))
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1)
}
