import type { BackboneGraph, GraphNode, TensorId } from '../backbone/graph.ts'
import { HEAD } from '../backbone/head.ts'
import { shapesOf, weightShapes } from '../backbone/shapes.ts'
import { Problem } from '../problem.ts'
import type { Depth } from '../run/training.ts'
import { type Flops, flopsOfPlan } from './flops.ts'
import { type GroupPlan, groupPlans } from './group-plans.ts'
import { unknownGroup } from './phases.ts'
import { reachedFrom } from './reached.ts'
import { type BatchNormMode, isTrainedNode, type Trained, trainedWeightsOf } from './trained.ts'

/** A tensor that the suffix reads of the prefix; `values` numbers for one picture. */
export type BoundaryTensor = {
  readonly id: TensorId
  readonly shape: readonly number[]
  readonly values: number
}

/** How deep training reaches; what is trained behind frozen groups is as deep as its first one. */
export function depthOf({ prefix, groups }: Pick<FreezePlan, 'prefix' | 'groups'>): Depth {
  // The prefix is the picture alone.
  if (prefix.length <= 1) return 'whole'
  const backbone = groups.filter(({ name }) => name !== HEAD)
  const first = backbone.findIndex(({ state }) => state !== 'frozen')
  return first >= 0 && first < backbone.length - 1 ? 'several' : 'last'
}

/** What a strategy comes to on one backbone with its head, for one phase. */
export type FreezePlan = {
  readonly frozenGroups: readonly string[]
  /** Those of which anything is trained. */
  readonly trainedGroups: readonly string[]
  /** Every layer group, in order. */
  readonly groups: readonly GroupPlan[]
  /** Nodes whose output depends on the picture alone, in order: computed once per picture. */
  readonly prefix: readonly TensorId[]
  /** Every node that a trained weight can reach, in order: computed in every epoch. */
  readonly suffix: readonly TensorId[]
  /**
   * What the suffix reads of the prefix, in order: the feature cache holds these. Several tensors where the cut crosses
   * branches; the image itself where nothing is frozen.
   */
  readonly boundary: readonly TensorId[]
  readonly boundaryTensors: readonly BoundaryTensor[]
  /** What the optimizer changes, in the graph's order. */
  readonly trainedWeights: readonly string[]
  readonly trainableParameters: number
  readonly frozenParameters: number
  /** Of one picture. */
  readonly flops: Flops
  readonly batchNorm: BatchNormMode
  /** Batch norms that use the statistics of their batch, and whose moving statistics therefore change. */
  readonly movingBatchNorms: readonly TensorId[]
}

/**
 * Cuts a graph where training begins. Whatever no trained weight can reach is a function of the picture alone and runs
 * once; the rest runs in every epoch. A trained group starts with its first node, though that may have no weights: a pool
 * or an activation in front costs little, and its output beside its input would make the cache larger.
 *
 * @throws Problem `strategy/unknown-group` when a group is not the graph's, `strategy/nothing-trained` when none is named.
 */
export function planFreeze(
  graph: BackboneGraph,
  trained: Trained,
  batchNorm: BatchNormMode = 'moving',
): FreezePlan {
  demandSomethingTrained(graph, trained)
  const starts = new Set(graph.nodes.filter((node) => isTrainedNode(node, trained)).map(({ id }) => id))
  const suffix = reachedFrom(graph.nodes, (node) => starts.has(node.id))
  const read = new Set(
    graph.nodes
      .filter(({ id }) => suffix.has(id))
      .flatMap(({ inputs }) => inputs.filter((id) => !suffix.has(id))),
  )
  const trainedOf = (node: GraphNode) => trainedWeightsOf(node, trained, batchNorm)
  const trainedWeights = graph.nodes.flatMap(trainedOf)
  const groups = groupPlans(graph, trainedOf, starts)
  const ids = graph.nodes.map(({ id }) => id)
  const boundary = ids.filter((id) => read.has(id))
  const shapes = shapesOf(graph)
  const sum = (of: (group: GroupPlan) => number) => groups.reduce((all, group) => all + of(group), 0)
  const trainableParameters = sum(({ trainableParameters: n }) => n)
  return {
    frozenGroups: groups.filter(({ state }) => state === 'frozen').map(({ name }) => name),
    trainedGroups: groups.filter(({ state }) => state !== 'frozen').map(({ name }) => name),
    groups,
    prefix: ids.filter((id) => !suffix.has(id)),
    suffix: ids.filter((id) => suffix.has(id)),
    boundary,
    boundaryTensors: boundary.map((id) => {
      const shape = shapes.get(id)!
      return { id, shape, values: shape.reduce((product, n) => product * n, 1) }
    }),
    trainedWeights,
    trainableParameters,
    frozenParameters: sum(({ parameters }) => parameters) - trainableParameters,
    flops: flopsOfPlan(graph, suffix, trainedOf),
    batchNorm,
    movingBatchNorms:
      batchNorm === 'moving'
        ? []
        : graph.nodes.filter(({ op, id }) => op === 'batchNorm' && starts.has(id)).map(({ id }) => id),
  }
}

function demandSomethingTrained(graph: BackboneGraph, trained: Trained): void {
  if ('weights' in trained) {
    const names = weightShapes(graph)
    for (const name of trained.weights) {
      if (!names.has(name))
        throw new Problem('strategy/unknown-weight', { says: `There is no weight "${name}".` })
    }
  } else
    for (const group of trained) if (!graph.groups.includes(group)) throw unknownGroup(group, graph.groups)
  const some =
    'weights' in trained ? graph.nodes.some((node) => isTrainedNode(node, trained)) : trained.length > 0
  if (!some) {
    throw new Problem('strategy/nothing-trained', {
      says: 'The strategy freezes everything: there is nothing to train.',
    })
  }
}
