import { costOfGroups } from '../backbone/cost.ts'
import type { BackboneGraph, TensorId } from '../backbone/graph.ts'
import { Problem } from '../problem.ts'

/** What a strategy comes to on one backbone with its head, for one phase. */
export type FreezePlan = {
  readonly frozenGroups: readonly string[]
  readonly trainedGroups: readonly string[]
  /** Nodes whose output depends on the picture alone, in order: computed once per picture. */
  readonly prefix: readonly TensorId[]
  /** Every node that a trained weight can reach, in order: computed in every epoch. */
  readonly suffix: readonly TensorId[]
  /**
   * What the suffix reads of the prefix, in order: the feature cache holds these. Several tensors where the cut crosses
   * branches; the image itself where nothing is frozen.
   */
  readonly boundary: readonly TensorId[]
  readonly trainableParameters: number
  readonly frozenParameters: number
}

/**
 * Cuts a graph where training begins. Whatever no trained weight can reach is a function of the picture alone and runs
 * once; the rest runs in every epoch. A trained group starts with its first node, though that may have no weights: a pool
 * or an activation in front costs little, and its output beside its input would make the cache larger.
 *
 * @throws Problem `strategy/unknown-group` when a group is not the graph's, `strategy/nothing-trained` when none is named.
 */
export function planFreeze(graph: BackboneGraph, trained: readonly string[]): FreezePlan {
  for (const group of trained) if (!graph.groups.includes(group)) throw unknownGroup(group, graph.groups)
  if (trained.length === 0)
    throw new Problem('strategy/nothing-trained', {
      says: 'The strategy freezes everything: there is nothing to train.',
    })
  const isTrained = new Set(trained)
  const suffix = new Set<TensorId>()
  for (const node of graph.nodes) {
    if (node.op === 'image') continue
    if (isTrained.has(node.group) || node.inputs.some((id) => suffix.has(id))) suffix.add(node.id)
  }
  const boundary = new Set(
    graph.nodes
      .filter(({ id }) => suffix.has(id))
      .flatMap(({ inputs }) => inputs.filter((id) => !suffix.has(id))),
  )
  const costs = costOfGroups(graph)
  const parameters = (groups: readonly string[]) =>
    groups.reduce((sum, group) => sum + costs.get(group)!.parameters, 0)
  const frozenGroups = graph.groups.filter((group) => !isTrained.has(group))
  const trainedGroups = graph.groups.filter((group) => isTrained.has(group))
  const ids = graph.nodes.map(({ id }) => id)
  return {
    frozenGroups,
    trainedGroups,
    prefix: ids.filter((id) => !suffix.has(id)),
    suffix: ids.filter((id) => suffix.has(id)),
    boundary: ids.filter((id) => boundary.has(id)),
    trainableParameters: parameters(trainedGroups),
    frozenParameters: parameters(frozenGroups),
  }
}

function unknownGroup(group: string, groups: readonly string[]): Problem {
  return new Problem('strategy/unknown-group', {
    says: `There is no layer group "${group}".`,
    advice: `The groups are ${groups.join(', ')}.`,
  })
}
