import { type LinearObjective, type LinearProblem, parameterCount } from './objective.ts'

/**
 * The linear objective in plain TypeScript, summed in double precision: what the others are held to. Good for small
 * sets; an engine is a hundred times as fast on large ones.
 */
export async function referenceObjective(problem: LinearProblem): Promise<LinearObjective> {
  const { features, labels, count, width, classes } = problem
  const weights = classes * width
  const row = new Float64Array(classes)

  return {
    async evaluate(parameters, gradient) {
      gradient.fill(0, 0, parameterCount(problem))
      let loss = 0
      for (let i = 0; i < count; i++) {
        logitsOfRow(problem, parameters, i, row)
        loss += softmaxInPlace(row, labels[i]!)
        row[labels[i]!]! -= 1
        for (let k = 0; k < classes; k++) {
          const error = row[k]! / count
          gradient[weights + k]! += error
          for (let j = 0, at = k * width; j < width; j++)
            gradient[at + j]! += error * features[i * width + j]!
        }
      }
      return loss / count
    },
    async logits(parameters) {
      const logits = new Float32Array(count * classes)
      for (let i = 0; i < count; i++) {
        logitsOfRow(problem, parameters, i, row)
        logits.set(row, i * classes)
      }
      return logits
    },
    async close() {},
  }
}

/** Logits of row `i` of the features, written to `out`. */
export function logitsOfRow(
  { features, width, classes }: Pick<LinearProblem, 'features' | 'width' | 'classes'>,
  parameters: ArrayLike<number>,
  i: number,
  out: Float64Array,
): void {
  const from = i * width
  for (let k = 0; k < classes; k++) {
    const at = k * width
    // Four sums, so that one addition need not wait for the one before.
    let [a, b, c, d] = [parameters[classes * width + k]!, 0, 0, 0]
    let j = 0
    for (; j + 3 < width; j += 4) {
      a += parameters[at + j]! * features[from + j]!
      b += parameters[at + j + 1]! * features[from + j + 1]!
      c += parameters[at + j + 2]! * features[from + j + 2]!
      d += parameters[at + j + 3]! * features[from + j + 3]!
    }
    for (; j < width; j++) a += parameters[at + j]! * features[from + j]!
    out[k] = a + b + (c + d)
  }
}

/** Logits become probabilities. @returns the negative log-likelihood of `truth`, from the logits: never infinite. */
export function softmaxInPlace(row: Float64Array, truth: number): number {
  let largest = Number.NEGATIVE_INFINITY
  for (const logit of row) if (logit > largest) largest = logit
  const margin = largest - row[truth]!
  let sum = 0
  for (let k = 0; k < row.length; k++) {
    const power = Math.exp(row[k]! - largest)
    row[k] = power
    sum += power
  }
  for (let k = 0; k < row.length; k++) row[k]! /= sum
  return margin + Math.log(sum)
}
