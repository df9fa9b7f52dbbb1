import type { Update } from './epochs.ts'

/** How much of the first and second moment is kept, and what keeps the division finite: the paper's values. */
const [KEEP_MEAN, KEEP_SQUARE, EPSILON] = [0.9, 0.999, 1e-8]

/** Adam (Kingma & Ba 2015, arXiv:1412.6980, algorithm 1). */
export function adam({ learningRate }: { readonly learningRate: number }): Update {
  let mean: Float64Array | undefined
  let square: Float64Array | undefined
  let steps = 0
  return (parameters, gradient) => {
    mean ??= new Float64Array(parameters.length)
    square ??= new Float64Array(parameters.length)
    steps++
    const meanBias = 1 - KEEP_MEAN ** steps
    const squareBias = 1 - KEEP_SQUARE ** steps
    for (let i = 0; i < parameters.length; i++) {
      const slope = gradient[i]!
      const m = KEEP_MEAN * mean[i]! + (1 - KEEP_MEAN) * slope
      const v = KEEP_SQUARE * square[i]! + (1 - KEEP_SQUARE) * slope * slope
      mean[i] = m
      square[i] = v
      parameters[i]! -= (learningRate * (m / meanBias)) / (Math.sqrt(v / squareBias) + EPSILON)
    }
  }
}
