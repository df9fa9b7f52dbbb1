import { addScaled, dot } from './dot.ts'

/** The last steps of an L-BFGS run and how the gradient changed over them: what is known of the inverse Hessian. */
export type CurvatureHistory = {
  /** The direction to go from a point with this gradient (two-loop recursion), in memory of its own. */
  descend(gradient: Float64Array): Float64Array
  /** Remembers a step and the change of the gradient over it; forgets the oldest. */
  learn(step: Float64Array, change: Float64Array): void
  /**
   * The function has got `added / 2 · ‖x‖²` more over its first `length` variables. That is quadratic, so what is
   * remembered stays exactly true after this.
   */
  addQuadratic(added: number, length: number): void
}

type Pair = { step: Float64Array; change: Float64Array; product: number }

/** Ten pairs: more take longer to apply than they save in evaluations. */
export function curvatureHistory(size: number, capacity = 15): CurvatureHistory {
  const pairs: Pair[] = []
  return {
    descend(gradient) {
      const direction = gradient.slice()
      const weights: number[] = []
      for (const { step, change, product } of pairs.toReversed()) {
        const weight = dot(step, direction) / product
        addScaled(direction, change, -weight)
        weights.push(weight)
      }
      scale(direction, -firstGuess(pairs.at(-1), gradient))
      for (const { step, change, product } of pairs) {
        addScaled(direction, step, -weights.pop()! - dot(change, direction) / product)
      }
      return direction
    },
    learn(step, change) {
      const product = dot(step, change)
      // Never so for a strictly convex function, but for rounding.
      if (!(product > Number.EPSILON * dot(change, change))) return
      pairs.push({ step, change, product })
      if (pairs.length > capacity) pairs.shift()
    },
    addQuadratic(added, length) {
      for (const pair of pairs) {
        addScaled(pair.change, pair.step, added, Math.min(length, size))
        pair.product = dot(pair.step, pair.change)
      }
      // A weaker term can leave no curvature where rounding was all there was.
      const sound = pairs.filter(({ product }) => product > 0)
      pairs.splice(0, pairs.length, ...sound)
    },
  }
}

/** The inverse Hessian as one number: from the newest pair, or a first step of length 1. */
function firstGuess(newest: Pair | undefined, gradient: Float64Array): number {
  if (newest) return newest.product / dot(newest.change, newest.change)
  return 1 / Math.max(Math.sqrt(dot(gradient, gradient)), Number.MIN_VALUE)
}

function scale(values: Float64Array, factor: number): void {
  for (let i = 0; i < values.length; i++) values[i]! *= factor
}
