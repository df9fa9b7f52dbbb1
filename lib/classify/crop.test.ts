import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Box } from '../preprocess/box.ts'
import { boxBetween, CORNERS, middleBox, movedBox, resizedBox } from './crop.ts'

const picture = fc.record({
  width: fc.integer({ min: 1, max: 5000 }),
  height: fc.integer({ min: 1, max: 5000 }),
})
const point = fc.record({
  x: fc.double({ min: -9e3, max: 9e3, noNaN: true }),
  y: fc.double({ min: -9e3, max: 9e3, noNaN: true }),
})

test('whatever is dragged where, a crop is whole pixels inside the picture', () => {
  fc.assert(
    fc.property(picture, point, point, point, fc.constantFrom(...CORNERS), (within, a, b, by, corner) => {
      const drawn = boxBetween(a, b, within)
      for (const box of [
        drawn,
        middleBox(within),
        movedBox(drawn, by, within),
        resizedBox(drawn, corner, by, within),
      ]) {
        expectInside(box, within)
      }
    }),
  )
})

test('a moved corner leaves the opposite one where it was', () => {
  const box = { left: 100, top: 100, width: 200, height: 150 }
  expect(resizedBox(box, 'left top', { x: 30, y: -40 }, { width: 640, height: 480 })).toEqual({
    left: 130,
    top: 60,
    width: 170,
    height: 190,
  })
  expect(resizedBox(box, 'right bottom', { x: 1000, y: -1000 }, { width: 640, height: 480 })).toEqual({
    left: 100,
    top: 100,
    width: 540,
    height: 16,
  })
})

function expectInside({ left, top, width, height }: Box, within: { width: number; height: number }): void {
  for (const value of [left, top, width, height]) expect(Number.isInteger(value)).toBe(true)
  expect(Math.min(left, top)).toBeGreaterThanOrEqual(0)
  expect(Math.min(width, height)).toBeGreaterThanOrEqual(1)
  expect(left + width).toBeLessThanOrEqual(within.width)
  expect(top + height).toBeLessThanOrEqual(within.height)
}
