import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mostConfused, rowShares } from './confused.ts'

test('the pairs that are confused most come first, right answers never', () => {
  const confusion = [
    [9, 1, 0],
    [3, 5, 0],
    [0, 1, 7],
  ]
  expect(mostConfused({ confusion }, 2)).toEqual([
    { truth: 1, predicted: 0, images: 3 },
    { truth: 0, predicted: 1, images: 1 },
  ])
})

test('shares of a row add up to 1, or to 0 where the class has no picture', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), { minLength: 1 }), (row) => {
      const sum = rowShares(row).reduce((a, b) => a + b, 0)
      expect(sum).toBeCloseTo(row.some((cell) => cell > 0) ? 1 : 0, 9)
    }),
  )
})
