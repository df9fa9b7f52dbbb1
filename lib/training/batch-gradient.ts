import type { LinearProblem } from './objective.ts'
import { logitsOfRow, softmaxInPlace } from './reference-objective.ts'

/**
 * Mean loss of a mini-batch (rows of the problem) with its L2 term; its gradient replaces what `gradient` holds. Rows
 * go in fours, so that each weight is read and each slope written once for four of them.
 */
export function batchGradient(
  problem: LinearProblem,
  batch: Int32Array,
  parameters: Float64Array,
  l2: number,
  gradient: Float64Array,
): number {
  const { features, labels, width, classes } = problem
  const weights = classes * width
  let squares = 0
  for (let i = 0; i < weights; i++) {
    squares += parameters[i]! * parameters[i]!
    gradient[i] = l2 * parameters[i]!
  }
  gradient.fill(0, weights)
  const errors = Array.from({ length: 4 }, () => new Float64Array(classes))
  let loss = 0
  for (let from = 0; from < batch.length; from += 4) {
    const rows = batch.subarray(from, from + 4)
    for (const error of errors.slice(rows.length)) error.fill(0)
    for (const [r, i] of rows.entries()) {
      const error = errors[r]!
      logitsOfRow(problem, parameters, i, error)
      loss += softmaxInPlace(error, labels[i]!)
      error[labels[i]!]! -= 1
      for (let k = 0; k < classes; k++) {
        error[k]! /= batch.length
        gradient[weights + k]! += error[k]!
      }
    }
    addOuter(features, width, rows, errors, gradient)
  }
  return loss / batch.length + (l2 / 2) * squares
}

/** `gradient[k] += Σ error[r][k] · row r` for up to four rows; those that are missing have no error. */
function addOuter(
  features: Float32Array,
  width: number,
  rows: Int32Array,
  errors: readonly Float64Array[],
  gradient: Float64Array,
): void {
  const [a, b, c, d] = [0, 1, 2, 3].map((r) => (rows[r] ?? rows[0]!) * width) as [
    number,
    number,
    number,
    number,
  ]
  const [ea, eb, ec, ed] = errors as [Float64Array, Float64Array, Float64Array, Float64Array]
  for (let k = 0; k < ea.length; k++) {
    const [p, q, r, s] = [ea[k]!, eb[k]!, ec[k]!, ed[k]!]
    for (let j = 0, at = k * width; j < width; j++, at++) {
      gradient[at]! +=
        p * features[a + j]! + q * features[b + j]! + r * features[c + j]! + s * features[d + j]!
    }
  }
}
