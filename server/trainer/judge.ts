import type { Head } from '../../lib/backbone/head.ts'
import { countLooks, type Looks } from '../../lib/classify/look.ts'
import type { Split } from '../../lib/dataset/dataset.ts'
import { evaluate } from '../../lib/evaluation/evaluate.ts'
import type { EvaluationSummary } from '../../lib/evaluation/summary.ts'
import { headLogits } from '../../lib/training/head-logits.ts'
import type { RunRecord } from './run-folder.ts'
import { featuresOf, type SplitExtraction } from './split-features.ts'

export type JudgedPicture = { readonly hash: string; readonly file: string; readonly label: number }

/** The head whose answers are judged, and how its probabilities are calibrated. */
export type Judged = Pick<RunRecord, 'classes' | 'calibration'> & {
  readonly head: Head
  readonly looks: Looks
  readonly split: Split
}

/** Metrics of a head on pictures that are imported. */
export async function judge(
  pictures: readonly JudgedPicture[],
  { classes, calibration, head, looks, split }: Judged,
  extraction: SplitExtraction,
): Promise<EvaluationSummary> {
  const { features, labels } = await featuresOf(pictures, extraction, looks)
  const logits = headLogits(head, features)
  return evaluate({
    logits,
    looks: countLooks(looks),
    labels,
    pictures,
    classes,
    split,
    ...(calibration && { calibration }),
  })
}
