import type { FineTuned } from '../../../lib/fine-tuning/fine-tune.ts'
import type { SplitExtraction } from '../split-features.ts'
import { calibrationOf, fitOnFeatures, type Telling, type TrainedHead } from '../train-head.ts'
import type { Training } from './training-task.ts'

export type Refitting = Training & {
  readonly extraction: SplitExtraction
  readonly telling: Telling
  /** As it was chosen for the head that was fitted first; chosen again where an earlier attempt did that. */
  readonly l2?: number | undefined
}

/**
 * Where no epoch was better than the head that a solver fitted first, that head is the model: it is fitted once more, on
 * train and validation together, so that a run that unfreezes layers in vain is no worse than one of the head alone.
 *
 * @returns undefined where the model is another, or where `refit` is off.
 */
export async function refitHead(
  { job, planned, start, extraction, telling, l2 }: Refitting,
  { best, stopped }: FineTuned,
): Promise<TrainedHead | undefined> {
  const { solver } = job.settings
  const keptStart = best !== undefined && best.judged.phase === 0 && best.judged.epoch === 0
  const isSolved = planned.phases[0]?.by === 'solver' && !start && planned.skipped.length === 0
  if (stopped || !keptStart || !isSolved || solver.kind !== 'exact' || !solver.refit) return undefined
  // Its curve was told when it was fitted first.
  const quiet = { ...telling, emit: () => undefined }
  const { fitted, validation } = await fitOnFeatures(
    job,
    extraction,
    { ...solver, l2: solver.l2 ?? l2 },
    quiet,
  )
  const { head, honestHead } = fitted
  if (fitted.stopped || !honestHead) return undefined
  const calibration = await calibrationOf(job, honestHead, extraction, validation)
  return { head, stopped: false, ...(calibration && { calibration }) }
}
