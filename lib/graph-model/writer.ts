import type { TensorId, WeightStore, WeightTensor } from '../backbone/graph.ts'
import type { Precision } from './precision.ts'
import type { TopologyNode } from './topology.ts'

/** What the emission of one node reads and writes to. */
export type GraphModelWriter = {
  /** Per picture, NHWC without the N. */
  readonly shapes: ReadonlyMap<TensorId, readonly number[]>
  readonly weights: WeightStore
  node(node: TopologyNode): void
  /** Adds a weight, once per name; returns the name. It is stored as the model is, but not with less than `atLeast`. */
  constant(
    name: string,
    tensor: WeightTensor | { shape: readonly number[]; data: Int32Array },
    atLeast?: Precision,
  ): string
}

export type Attributes = TopologyNode['attr']

/** Writes a node and returns its name, which is the graph node's unless said otherwise. */
export type Put = (op: string, input: readonly string[], attr: Attributes, name?: string) => string
