import { type CurvatureHistory, curvatureHistory } from './curvature-history.ts'
import { addScaled, dot } from './dot.ts'

/** A smooth function: returns its value at `x` and writes its gradient to `gradient`. */
export type SmoothFunction = (x: Float64Array, gradient: Float64Array) => Promise<number>

export type LbfgsOptions = {
  /** Ends when a step promises less than this share of the loss. */
  readonly tolerance: number
  readonly maxSteps?: number
  /** What earlier runs on (nearly) the same function learned of its curvature; it goes on learning here. */
  readonly history?: CurvatureHistory
  /** Called at the start (step 0) and after every step, with the loss there. */
  readonly onStep?: (step: number, loss: number) => void
  /** Asked before every step; what follows after it waits, so messages may arrive. */
  readonly shouldStop?: () => Promise<boolean> | boolean
}

export type Minimum = {
  readonly x: Float64Array
  readonly loss: number
  readonly steps: number
  readonly evaluations: number
  readonly ended: 'converged' | 'stopped' | 'out-of-steps'
}

/** Of the decrease that the slope promises, a step must bring at least this share (Armijo). */
const ENOUGH = 1e-4
/** A step after which the slope is still this share of what it was is too short (Wolfe). */
const STILL_STEEP = 0.9
/** Single-precision gradients: what lies below is noise. */
const SHORTEST = 1e-6

/**
 * Minimises a convex function with L-BFGS (Nocedal & Wright, Numerical Optimization, chapter 7), sparing evaluations:
 * the unit step is tried first and nearly always taken. The loss falls with every step, so whatever it is stopped at
 * is the best so far.
 */
export async function minimise(
  f: SmoothFunction,
  start: Float64Array,
  options: LbfgsOptions,
): Promise<Minimum> {
  const { tolerance, maxSteps = 500, history = curvatureHistory(start.length) } = options
  let x: Float64Array = start.slice()
  let gradient: Float64Array = new Float64Array(x.length)
  let loss = await f(x, gradient)
  let evaluations = 1
  let steps = 0
  options.onStep?.(steps, loss)
  const end = (ended: Minimum['ended']): Minimum => ({ x, loss, steps, evaluations, ended })

  while (steps < maxSteps) {
    if (await options.shouldStop?.()) return end('stopped')
    const direction = history.descend(gradient)
    const slope = dot(direction, gradient)
    // Half the slope is the decrease that the quadratic model promises for the unit step.
    if (!(-slope / 2 > tolerance * Math.abs(loss))) return end('converged')
    const found = await search(f, { x, loss, slope, direction })
    evaluations += found.evaluations
    if (!found.point) return end('converged')
    const { point } = found
    history.learn(difference(point.x, x), difference(point.gradient, gradient))
    ;({ x, loss, gradient } = point)
    options.onStep?.(++steps, loss)
  }
  return end('out-of-steps')
}

type Line = { x: Float64Array; loss: number; slope: number; direction: Float64Array }
type Point = { x: Float64Array; loss: number; gradient: Float64Array }

/** Looks along a line for a point that is low enough, neither too near; none where rounding hides every decrease. */
async function search(f: SmoothFunction, line: Line): Promise<{ point?: Point; evaluations: number }> {
  const { x, loss, slope, direction } = line
  let kept: Point | undefined
  let step = 1
  for (let evaluations = 1; ; evaluations++) {
    const at = x.slice()
    addScaled(at, direction, step)
    const gradient = new Float64Array(x.length)
    const point = { x: at, loss: await f(at, gradient), gradient }
    const enough = point.loss <= loss + ENOUGH * step * slope
    // A longer step that went too far: the shorter one before it was good enough.
    if (kept && !(enough && point.loss < kept.loss)) return { point: kept, evaluations }
    if (!enough) {
      step *= shorter(loss, step * slope, point.loss)
      if (step < SHORTEST) return { evaluations }
      continue
    }
    if (dot(gradient, direction) >= STILL_STEEP * slope) return { point, evaluations }
    kept = point
    step *= 4
  }
}

/** Where the parabola through both losses and the first slope is lowest, as a share of the step; kept sensible. */
function shorter(loss: number, promised: number, reached: number): number {
  const lowest = -promised / (2 * (reached - loss - promised))
  return Number.isFinite(lowest) ? Math.min(0.5, Math.max(0.1, lowest)) : 0.1
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  const c = a.slice()
  addScaled(c, b, -1)
  return c
}
