import type { BackboneGraph, WeightStore } from '../../lib/backbone/graph.ts'
import { BACKBONES } from '../../lib/backbone/registry.ts'
import { madeUpWeights } from '../../lib/backbone/weights/made-up.ts'
import type { Preprocessing } from '../../lib/preprocess/preprocessing.ts'
import type { NetworkKind } from '../../lib/strategy/minutes.ts'

/** What stands for its kind when a machine is measured: numbers made up, shapes real. */
export type MeasuredNetwork = {
  readonly kind: NetworkKind
  readonly graph: BackboneGraph
  readonly preprocess: Preprocessing
  readonly weights: () => WeightStore
}

const STAND_INS = { separable: 'tf_efficientnet_lite0', dense: 'resnet50' } as const

export function measuredNetwork(kind: NetworkKind): MeasuredNetwork {
  const { build, preprocess } = BACKBONES[STAND_INS[kind]]
  const graph = build()
  return { kind, graph, preprocess, weights: () => madeUpWeights(graph) }
}
