import type { PreparedBackbone } from './backbone.ts'
import type { Job } from './job.ts'
import type { RunRecord } from './run-folder.ts'

/** What a run's model says of itself, as far as it is known before it is trained. */
export function recordOf(
  { run, settings, dataset }: Job,
  { weightsHash, preprocessing }: Pick<PreparedBackbone, 'weightsHash' | 'preprocessing'>,
): RunRecord {
  return {
    version: 1,
    run,
    backbone: settings.backbone,
    weightsHash,
    preprocessing,
    classes: dataset.classes,
    dataset: { version: dataset.version, name: dataset.name },
    settings,
  }
}
