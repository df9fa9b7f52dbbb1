import type { BackboneGraph } from '../../lib/backbone/graph.ts'
import { withHead } from '../../lib/backbone/head.ts'
import { AUGMENTATION_PRESETS, type Augmentation } from '../../lib/preprocess/augment/presets.ts'
import type { Preprocessing } from '../../lib/preprocess/preprocessing.ts'
import type { NewRunEvent } from '../../lib/run/events.ts'
import { hiddenUnitsOf, type RunSettings, trainingOf } from '../../lib/run/settings.ts'
import { demandPossible, findBackbone } from '../backbones/find.ts'
import { hashOfImported } from '../backbones/imported.ts'
import { obtainWeights } from '../weights/download/obtain.ts'

/** A backbone made ready for a run: its graph with the head, its preprocessing as the run wants it, its weights' hash. */
export type PreparedBackbone = {
  readonly graph: BackboneGraph
  readonly graphWithHead: BackboneGraph
  readonly preprocessing: Preprocessing
  readonly weightsHash: string
}

/** How often the log is told of a download. */
const TELL_MS = 1000

/**
 * Weights that are not here yet are downloaded, told to the run's log.
 *
 * @throws Problem `backbones/…`, `weights/…`; the signal's reason.
 */
export async function prepareBackbone(
  settings: RunSettings,
  classes: number,
  dataDir: string,
  { emit, stop }: { emit: (event: NewRunEvent) => void; stop: AbortSignal },
): Promise<PreparedBackbone> {
  const backbone = await findBackbone(settings.backbone, { dataDir })
  demandPossible(backbone, settings)
  const graph = backbone.graph()
  const weightsHash = backbone.imported
    ? hashOfImported(backbone.imported)
    : await obtainWeights(backbone.id, {
        dataDir,
        onProgress: (progress) => emit({ type: 'download', ...progress }),
        everyMs: TELL_MS,
        signal: stop,
      }).then(({ hash }) => hash)
  return {
    graph,
    graphWithHead: withHead(graph, classes, hiddenUnitsOf(settings)),
    preprocessing: { ...backbone.preprocess, ...evaluationTwin(settings), ...settings.preprocessing },
    weightsHash,
  }
}

/** Pictures that training sees through random views are judged by the views' evaluation twin. */
function evaluationTwin(settings: RunSettings): Augmentation['evaluation'] {
  const { augmentation } = trainingOf(settings)
  if (settings.strategy === 'feature-extraction' || augmentation === 'none') return {}
  return AUGMENTATION_PRESETS[augmentation].evaluation
}
