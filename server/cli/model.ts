import type { Looks } from '../../lib/classify/look.ts'
import type { ClassifierModel } from '../classify/messages.ts'
import type { RunRecord } from '../trainer/run-folder.ts'

/** The model that a run kept, as classifier processes take it. */
export function classifierModelOf(
  dataDir: string,
  record: RunRecord,
  looks: Looks = record.settings.looks,
): ClassifierModel {
  const { backbone, run, preprocessing, calibration } = record
  return { backbone, dataDir, run, preprocessing, looks, temperature: calibration?.temperature ?? 1 }
}
