import { dot } from './dot.ts'
import type { SmoothFunction } from './lbfgs.ts'
import type { LinearObjective } from './objective.ts'

/** The objective with its L2 term, `l2/2 · ‖W‖²` over the first `weights` parameters; the bias is free. */
export function penalised(objective: LinearObjective, l2: number, weights: number): SmoothFunction {
  return async (x, gradient) => {
    const loss = await objective.evaluate(x, gradient)
    for (let i = 0; i < weights; i++) gradient[i]! += l2 * x[i]!
    const weight = x.subarray(0, weights)
    return loss + (l2 / 2) * dot(weight, weight)
  }
}
