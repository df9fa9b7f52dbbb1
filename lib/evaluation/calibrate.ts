import { answersOf } from './confidence.ts'
import { asOneLook, type Judged } from './judged.ts'
import { fitTemperature } from './temperature.ts'

export type Calibration = {
  /** Logits are divided by this before the softmax. */
  readonly temperature: number
  /** Below this probability of the best class, the answer is "not sure". */
  readonly notSureBelow: number
  /** Whether the threshold can tell strange pictures from known ones: it needs more than two classes and enough answers. */
  readonly reliable: boolean
}

/** Share of the right answers that the threshold keeps. */
export const KEPT = 0.98
/** Fewer right answers can't say where two in a hundred of them end. */
const ENOUGH = 50
/** An answer of nine in ten is never turned away, however sure the others were. */
const MOST = 0.9

/**
 * Temperature and "not sure" threshold from validation answers of a head that has not seen validation.
 *
 * The threshold keeps 98 % of what is right; with fewer than 50 right answers that is all of them. With two classes it
 * is computed too and marked unreliable: a picture of neither is as sure as one of both.
 */
export function calibrate(judged: Judged): Calibration {
  const { temperature } = fitTemperature(judged)
  const right = answersOf(asOneLook(judged, temperature), temperature)
    .filter((answer) => answer.right)
    .map(({ probability }) => probability)
    .sort((a, b) => a - b)
  return {
    temperature,
    notSureBelow: Math.min(threshold(right), MOST),
    reliable: isReliable(judged.classes, right.length),
  }
}

/** Whether a threshold is worth anything with so many classes, and so many right answers to take it from. */
export function isReliable(classes: number, rightAnswers = Number.POSITIVE_INFINITY): boolean {
  return classes > 2 && rightAnswers >= ENOUGH
}

/** The largest value that at least 98 % of the sorted probabilities reach. */
function threshold(sorted: readonly number[]): number {
  return sorted[sorted.length - Math.ceil(sorted.length * KEPT)] ?? 0
}
