import { trainableNames } from '../backbone/cost.ts'
import type { GraphNode } from '../backbone/graph.ts'

/** What a phase trains: whole layer groups by name, or single weights by name. */
export type Trained = readonly string[] | { readonly weights: ReadonlySet<string> }

/**
 * How a trained batch norm normalises: by its moving statistics, which then stay as they are; by those of the batch, which
 * move them; or by those of the batch with scale and shift left alone. A frozen one always uses its moving statistics.
 */
export const BATCH_NORM_MODES = ['moving', 'batch', 'batch, affine frozen'] as const
export type BatchNormMode = (typeof BATCH_NORM_MODES)[number]

/** Whether training starts at this node: weights of it are trained, or it belongs to a trained layer group. */
export function isTrainedNode(node: GraphNode, trained: Trained): boolean {
  return 'weights' in trained
    ? trainableNames(node).some((name) => trained.weights.has(name))
    : trained.includes(node.group)
}

/** The weights of a node that the optimizer changes. */
export function trainedWeightsOf(node: GraphNode, trained: Trained, batchNorm: BatchNormMode): string[] {
  if (node.op === 'batchNorm' && batchNorm === 'batch, affine frozen') return []
  const names = trainableNames(node)
  if ('weights' in trained) return names.filter((name) => trained.weights.has(name))
  return trained.includes(node.group) ? names : []
}
