import fc from 'fast-check'
import { expect, test } from 'vitest'
import { wilson } from './intervals.ts'

test("ends where a share would be 1.96 of its own standard errors away, as Wilson's does", () => {
  for (const [hits, of] of [
    [1210, 1440],
    [7, 10],
    [1, 3],
  ] as const) {
    for (const end of wilson(hits, of)) {
      expect(Math.abs(hits / of - end) / Math.sqrt((end * (1 - end)) / of)).toBeCloseTo(1.959964, 6)
    }
  }
})

test('1,210 of 1,440 are 84.0 %, 82.0 to 85.8', () => {
  expect(wilson(1210, 1440).map((x) => (100 * x).toFixed(1))).toEqual(['82.0', '85.8'])
})

test('holds the share, stays within 0 and 1, and is the mirror image for misses', () => {
  const trials = fc
    .integer({ min: 1, max: 100_000 })
    .chain((of) => fc.tuple(fc.integer({ min: 0, max: of }), fc.constant(of)))
  fc.assert(
    fc.property(trials, ([hits, of]) => {
      const [low, high] = wilson(hits, of)
      expect(low).toBeGreaterThanOrEqual(0)
      expect(high).toBeLessThanOrEqual(1)
      expect(low).toBeLessThanOrEqual(hits / of)
      expect(high).toBeGreaterThanOrEqual(hits / of)
      const [missLow, missHigh] = wilson(of - hits, of)
      expect(missLow).toBeCloseTo(1 - high, 9)
      expect(missHigh).toBeCloseTo(1 - low, 9)
    }),
  )
})

test('knows nothing without a trial', () => {
  expect(wilson(0, 0)).toEqual([0, 1])
})
