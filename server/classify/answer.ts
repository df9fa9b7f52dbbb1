import { readableName } from '../../lib/dataset/readable-name.ts'
import type { RunRecord } from '../trainer/run-folder.ts'

/** How many classes an answer names. */
const TOP = 5

export type Answer = { sure: boolean; top: { label: string; probability: number }[] }

/** Probabilities as an answer for people: the best classes, and whether the first is above the calibrated threshold. */
export function answerOf(
  probabilities: Float32Array,
  { classes, calibration }: Pick<RunRecord, 'classes' | 'calibration'>,
): Answer {
  const top = [...probabilities]
    .map((probability, i) => ({ label: readableName(classes[i]!), probability }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, TOP)
  return { sure: top[0]!.probability >= (calibration?.notSureBelow ?? 0), top }
}
