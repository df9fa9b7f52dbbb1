import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CurvePoint } from './events.ts'
import { bestPoint } from './progress.ts'
import { type Run, reduceRun } from './run.ts'
import { attemptOf } from './testing/logs.ts'
import { MOST_POINTS, thinned } from './thin-curve.ts'

const anyValue = fc.double({ min: -1e6, max: 1e6, noNaN: true })
const anyPoint = fc.record(
  {
    step: fc.nat(1e6),
    loss: anyValue,
    validationLoss: anyValue,
    validationTop1: fc.double({ min: 0, max: 1, noNaN: true }),
  },
  { requiredKeys: ['step', 'loss'] },
)
/** Long ones, whose steps grow or do not. */
const anyLongCurve: fc.Arbitrary<CurvePoint[]> = fc
  .record({
    points: fc.array(anyPoint, { minLength: 1, maxLength: 40 }),
    length: fc.integer({ min: MOST_POINTS + 1, max: 3 * MOST_POINTS }),
    ascending: fc.boolean(),
    stride: fc.integer({ min: 1, max: 50 }),
  })
  .map(({ points, length, ascending, stride }) =>
    Array.from({ length }, (_, i) => {
      const point = points[(i * 7 + (i >> 5)) % points.length]!
      return ascending ? { ...point, step: i * stride } : { ...point }
    }),
  )

const lowest = (points: readonly CurvePoint[], figure: (point: CurvePoint) => number | undefined) =>
  points.reduce((found, point) => Math.min(found, figure(point) ?? found), Number.POSITIVE_INFINITY)

describe('a curve of thousands of points', () => {
  test('keeps points as they were, in order: the first, the last and all extremes', () => {
    fc.assert(
      fc.property(anyLongCurve, (points) => {
        const kept = thinned(points)
        expect(kept.length).toBeLessThanOrEqual(MOST_POINTS * 0.75)
        const places = kept.map((point) => points.indexOf(point))
        expect(places).toEqual([...new Set(places)].sort((a, b) => a - b))
        expect(places).not.toContain(-1)
        expect([kept[0], kept.at(-1)]).toEqual([points[0], points.at(-1)])
        for (const figure of [
          ({ loss }: CurvePoint) => loss,
          ({ loss }: CurvePoint) => loss && -loss,
          ({ validationLoss }: CurvePoint) => validationLoss,
          ({ validationTop1 }: CurvePoint) => validationTop1 && -validationTop1,
        ])
          expect(lowest(kept, figure) === lowest(points, figure)).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  test('that is short is left as it is', () => {
    const points = Array.from({ length: MOST_POINTS }, (_, step) => ({ step, loss: 1 / (step + 1) }))
    expect(thinned(points)).toEqual(points)
  })

  test('of 100,000 epochs is bounded in a folded run, even over its whole length, and its best point is the best', () => {
    let run: Run = attemptOf({ type: 'started', pid: 1 }).reduce<Run | undefined>(reduceRun, undefined)!
    const at = '2026-01-01T00:00:00.000Z'
    let most = 0
    for (let step = 1; step <= 100_000; step++) {
      const validationTop1 = step === 77_777 ? 0.9 : 0.5 + (step % 100) / 1000
      run = reduceRun(run, {
        type: 'point',
        series: 'sgd',
        step,
        loss: 1 / step,
        validationTop1,
        seq: run.seq + 1,
        at,
        attempt: 1,
      })
      most = Math.max(most, run.curves[0]!.points.length)
    }
    expect(most).toBeLessThanOrEqual(MOST_POINTS)
    expect(bestPoint(run)).toMatchObject({ step: 77_777, validationTop1: 0.9 })
    const steps = run.curves[0]!.points.map(({ step }) => step)
    expect([steps[0], steps.at(-1)]).toEqual([1, 100_000])
    const widest = Math.max(...steps.slice(1).map((step, i) => step - steps[i]!))
    expect(widest).toBeLessThan(1000)
  })
})
