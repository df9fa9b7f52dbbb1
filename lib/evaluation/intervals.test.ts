import fc from 'fast-check'
import { expect, test } from 'vitest'
import { wilson } from './intervals.ts'

test("is Wilson's interval", () => {
  // scipy.stats.binomtest(1210, 1440).proportion_ci(method='wilson'), and of 0 in 10, 7 in 10.
  expect(wilson(1210, 1440).map((x) => x.toFixed(4))).toEqual(['0.8205', '0.8583'])
  expect(wilson(0, 10).map((x) => x.toFixed(4))).toEqual(['0.0000', '0.2775'])
  expect(wilson(7, 10).map((x) => x.toFixed(4))).toEqual(['0.3968', '0.8922'])
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
