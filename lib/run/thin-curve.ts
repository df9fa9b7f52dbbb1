import type { CurvePoint } from './events.ts'

/** A curve grows to so many points, then it is thinned to about half: more than a screen is wide. */
export const MOST_POINTS = 2048
const BUCKETS = 256

/**
 * Thins a curve that is longer than {@link MOST_POINTS}; one that is not is left as it is. What stays are points as they
 * were told, nothing is averaged: the first, the last, and of each of some 256 equal stretches of steps the one with the
 * lowest and the highest loss, the lowest validation loss and the highest validation top-1. Stretches are a power of two
 * long, so thinning a curve that was thinned before finds the same extremes.
 */
export function thinned(points: CurvePoint[]): CurvePoint[] {
  if (points.length <= MOST_POINTS) return points
  const stretchOf = stretches(points)
  const kept: CurvePoint[] = []
  for (let first = 0, end = 0; first < points.length; first = end) {
    while (end < points.length && stretchOf(end) === stretchOf(first)) end++
    kept.push(...extremes(points.slice(first, end), first === 0, end === points.length))
  }
  return kept
}

/** The number of the stretch in which the point at an index lies: by its step, or by its place where steps go back. */
function stretches(points: readonly CurvePoint[]): (index: number) => number {
  const ascending = points.every(({ step }, i) => i === 0 || step > points[i - 1]!.step)
  const at = ascending ? (i: number) => points[i]!.step : (i: number) => i
  const span = at(points.length - 1) - at(0) + 1
  const width = 2 ** Math.ceil(Math.log2(span / BUCKETS))
  return (index) => Math.floor(at(index) / width)
}

/** In the order in which they stand; of equal ones the earliest. */
function extremes(stretch: readonly CurvePoint[], withFirst: boolean, withLast: boolean): CurvePoint[] {
  const kept = new Set<CurvePoint | undefined>([
    best(stretch, ({ loss }) => loss && -loss),
    best(stretch, ({ loss }) => loss),
    best(stretch, ({ validationLoss }) => validationLoss && -validationLoss),
    best(stretch, ({ validationTop1 }) => validationTop1),
    withFirst ? stretch[0] : undefined,
    withLast ? stretch.at(-1) : undefined,
  ])
  return stretch.filter((point) => kept.has(point))
}

function best(
  stretch: readonly CurvePoint[],
  figure: (point: CurvePoint) => number | undefined,
): CurvePoint | undefined {
  let found: CurvePoint | undefined
  let highest = Number.NEGATIVE_INFINITY
  for (const point of stretch) {
    const value = figure(point)
    if (value === undefined || value <= highest) continue
    found = point
    highest = value
  }
  return found
}
