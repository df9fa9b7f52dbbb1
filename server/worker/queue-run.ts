import type { NewRun, QueuedRun } from '../../lib/api/runs.ts'
import type { BackboneGraph } from '../../lib/backbone/graph.ts'
import { withHead } from '../../lib/backbone/head.ts'
import type { DatasetVersion } from '../../lib/dataset/dataset.ts'
import { Problem } from '../../lib/problem.ts'
import type { Run } from '../../lib/run/run.ts'
import {
  hiddenUnitsOf,
  type RunSettings,
  runSettingsSchema,
  type StartFrom,
  strategyOf,
} from '../../lib/run/settings.ts'
import { phasesOf } from '../../lib/strategy/phases.ts'
import { demandPossible, findBackbone } from '../backbones/find.ts'
import { latestHeader } from '../trainer/fine-tuning/checkpoints.ts'
import { hasKeptModel, runFolder } from '../trainer/run-folder.ts'
import type { Worker } from './open.ts'
import { unknownRun } from './run-problems.ts'

export const DEFAULT_BACKBONE = 'tf_efficientnet_lite0'

/** A run that can be done, defaults filled in. */
export type ResolvedRun = {
  readonly settings: RunSettings
  readonly version: DatasetVersion
  /** With the head for the dataset's classes. */
  readonly graph: BackboneGraph
  /** Whether the graph begins with the features, as that of an imported network does. */
  readonly featuresOnly: boolean
}

/**
 * Queues a run with what was chosen, defaults filled in. What can be seen to fail is refused at once; weights that are not
 * here are no reason, the trainer fetches them.
 *
 * @throws as {@link resolveRun}, and as {@link phasesOf} where the strategy does not fit the backbone.
 */
export async function queueRun(worker: Worker, { priority, ...wanted }: QueuedRun): Promise<Run> {
  const { settings, graph } = await resolveRun(worker, wanted)
  phasesOf(strategyOf(settings), graph)
  return worker.enqueue(settings, { priority })
}

/**
 * What was chosen, with defaults filled in and names looked up.
 *
 * @throws Problem `datasets/unknown`, `backbones/unknown`, `backbones/frozen-only`, `backbones/no-feature-map`, and where it
 * starts from another run `runs/unknown`, `runs/no-model`, `runs/other-backbone`.
 */
export async function resolveRun(worker: Worker, wanted: NewRun): Promise<ResolvedRun> {
  const { backbone = DEFAULT_BACKBONE, strategy = 'feature-extraction' } = wanted
  const found = await findBackbone(backbone, worker)
  const version = await worker.store.datasets.find(wanted.dataset)
  if (!version) {
    throw new Problem('datasets/unknown', {
      says: `There is no dataset "${wanted.dataset}".`,
      advice: 'Import its pictures first.',
    })
  }
  const settings = runSettingsSchema.parse({
    ...(strategy !== 'feature-extraction' && { training: {} }),
    ...wanted,
    backbone,
    strategy,
    dataset: version.id,
    ...(wanted.from && { from: await startOf(worker, wanted.from, found) }),
  })
  demandPossible(found, settings)
  return {
    settings,
    version,
    graph: withHead(found.graph(), version.classes.length, hiddenUnitsOf(settings)),
    featuresOnly: found.imported !== undefined,
  }
}

/** What a run starts from, with the run's whole id, held to what can be seen of it without reading its weights. */
async function startOf(
  { store, dataDir }: Worker,
  { run: wanted, checkpoint = 'best' }: NonNullable<NewRun['from']>,
  backbone: { readonly id: string },
): Promise<StartFrom> {
  const parent = await store.runs.find(wanted)
  if (!parent) throw unknownRun(wanted)
  if (parent.settings.backbone !== backbone.id) {
    throw new Problem('runs/other-backbone', {
      says: `Run ${parent.id} trained ${parent.settings.backbone}: its weights fit no other backbone, and ${backbone.id} is one.`,
      advice: `Choose ${parent.settings.backbone} for the new run too, or start from the pretrained weights.`,
    })
  }
  if (!(await hasModel(dataDir, parent.id))) {
    throw new Problem('runs/no-model', {
      says: `Run ${parent.id} has kept no model to start from.`,
      advice: 'Choose a run that succeeded, or one that was stopped while training: see "whippet runs".',
    })
  }
  return { run: parent.id, checkpoint }
}

async function hasModel(dataDir: string, run: string): Promise<boolean> {
  return (await hasKeptModel(dataDir, run)) || (await latestHeader(runFolder(dataDir, run))) !== undefined
}
