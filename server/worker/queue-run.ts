import type { NewRun } from '../../lib/api/runs.ts'
import { Problem } from '../../lib/problem.ts'
import type { Run } from '../../lib/run/run.ts'
import { runSettingsSchema } from '../../lib/run/settings.ts'
import { demandPossible, findBackbone } from '../backbones/find.ts'
import type { Worker } from './open.ts'

export const DEFAULT_BACKBONE = 'tf_efficientnet_lite0'

/**
 * Queues a run with what was chosen, defaults filled in. What can be seen to fail is refused at once; weights that are not
 * here are no reason, the trainer fetches them.
 *
 * @throws Problem `datasets/unknown`, `backbones/unknown`, `backbones/frozen-only`, `backbones/no-feature-map`.
 */
export async function queueRun(worker: Worker, wanted: NewRun): Promise<Run> {
  const { backbone = DEFAULT_BACKBONE, strategy = 'feature-extraction' } = wanted
  const found = await findBackbone(backbone, worker)
  const version = await worker.store.datasets.find(wanted.dataset)
  if (!version) {
    throw new Problem('datasets/unknown', {
      says: `There is no dataset "${wanted.dataset}".`,
      advice: 'Import its pictures first.',
    })
  }
  const settings = runSettingsSchema.parse({ ...wanted, backbone, strategy, dataset: version.id })
  demandPossible(found, settings)
  return worker.enqueue(settings)
}
