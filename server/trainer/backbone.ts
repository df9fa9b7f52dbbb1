import type { BackboneGraph } from '../../lib/backbone/graph.ts'
import { withHead } from '../../lib/backbone/head.ts'
import { backboneEntry } from '../../lib/backbone/registry.ts'
import type { Preprocessing } from '../../lib/preprocess/preprocessing.ts'
import type { RunSettings } from '../../lib/run/settings.ts'
import { loadBackboneWeights } from '../weights/load.ts'

/** A backbone made ready for a run: its graph with the head, its preprocessing as the run wants it, its weights' hash. */
export type PreparedBackbone = {
  readonly graph: BackboneGraph
  readonly graphWithHead: BackboneGraph
  readonly preprocessing: Preprocessing
  readonly weightsHash: string
}

/** @throws Problem `backbones/unknown`, `weights/absent`, `weights/damaged`. */
export async function prepareBackbone(
  settings: RunSettings,
  classes: number,
  dataDir: string,
): Promise<PreparedBackbone> {
  const entry = backboneEntry(settings.backbone)
  const graph = entry.build()
  const { hash } = await loadBackboneWeights(settings.backbone, { dataDir })
  return {
    graph,
    graphWithHead: withHead(graph, classes),
    preprocessing: { ...entry.preprocess, ...settings.preprocessing },
    weightsHash: hash,
  }
}
