import { softmax } from '../classify/probabilities.ts'
import { type Judged, predictionsOf } from './judged.ts'

/** What the classifier answers to one picture, and how sure it is of that. */
export type Answer = { readonly predicted: number; readonly probability: number; readonly right: boolean }

/** The answers of one look with their probabilities at a temperature. */
export function answersOf(judged: Judged, temperature: number): Answer[] {
  const { logits, labels, classes } = judged
  return Array.from(predictionsOf(judged), (predicted, i) => {
    const probabilities = softmax(logits.subarray(i * classes, (i + 1) * classes), temperature)
    return { predicted, probability: probabilities[predicted]!, right: predicted === labels[i]! }
  })
}

const BINS = 15

/**
 * Expected calibration error: how far confidence and share of right answers are apart, over 15 bins with equally many
 * answers each (equally wide bins leave most of them nearly empty).
 */
export function calibrationError(answers: readonly Answer[]): number {
  const sorted = answers.toSorted((a, b) => a.probability - b.probability)
  let sum = 0
  for (let bin = 0; bin < BINS; bin++) {
    const from = Math.floor((bin * sorted.length) / BINS)
    const to = Math.floor(((bin + 1) * sorted.length) / BINS)
    let gap = 0
    for (const { probability, right } of sorted.slice(from, to)) gap += probability - (right ? 1 : 0)
    sum += Math.abs(gap)
  }
  return sum / Math.max(sorted.length, 1)
}
