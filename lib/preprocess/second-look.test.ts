import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Preprocessing } from './preprocessing.ts'
import { type FeatureMap, secondLook } from './second-look.ts'

const squash: Preprocessing = {
  size: 224,
  resize: 'squash',
  cropFraction: 0.875,
  interpolation: 'bicubic',
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
}

test('the square lies around what stands out', () => {
  const map = mapWith(8, 8, [
    [2, 3],
    [3, 4],
  ])
  // Columns 2–3, rows 3–4 of 8 × 8 over 800 × 400: 200–400 across, 150–250 down, squared to 200.
  expect(secondLook(map, { width: 800, height: 400 }, squash)).toEqual({
    left: 200,
    top: 100,
    width: 200,
    height: 200,
  })
})

test('the square is moved inside where it would hang over the edge', () => {
  const map = mapWith(8, 8, [
    [0, 0],
    [3, 0],
  ])
  expect(secondLook(map, { width: 800, height: 800 }, squash)).toEqual({
    left: 0,
    top: 0,
    width: 400,
    height: 400,
  })
})

test('cells of a centre crop are places in the uncropped picture', () => {
  const map = mapWith(7, 7, [[3, 3]])
  const box = secondLook(map, { width: 1024, height: 512 }, { ...squash, resize: 'crop' })
  // The crop shows 448 of 1024 × 512 pixels from (288, 32) on: the middle cell is the middle of the picture.
  expect(box).toEqual({ left: 480, top: 224, width: 64, height: 64 })
})

test('weak cells do not count, and an even map means the whole view', () => {
  const map = mapWith(4, 4, [[1, 1]])
  map.data[15 * 2] = 0.3
  expect(secondLook(map, { width: 400, height: 400 }, squash)).toEqual({
    left: 100,
    top: 100,
    width: 100,
    height: 100,
  })
  const even: FeatureMap = { data: new Float32Array(32).fill(1), height: 4, width: 4, channels: 2 }
  expect(secondLook(even, { width: 400, height: 400 }, squash)).toEqual({
    left: 0,
    top: 0,
    width: 400,
    height: 400,
  })
})

test('whatever the map and the picture, the box is whole, inside, and not empty', () => {
  const sides = fc.integer({ min: 1, max: 3000 })
  const ways = fc.constantFrom('squash' as const, 'crop' as const, 'pad' as const)
  const values = fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 49, maxLength: 49 })
  fc.assert(
    fc.property(sides, sides, ways, values, (width, height, resize, cells) => {
      const map = { data: Float32Array.from(cells), height: 7, width: 7, channels: 1 }
      const box = secondLook(map, { width, height }, { ...squash, resize })
      expect(Object.values(box).every(Number.isInteger)).toBe(true)
      expect(box.left >= 0 && box.top >= 0 && box.width >= 1 && box.height >= 1).toBe(true)
      expect(box.left + box.width <= width && box.top + box.height <= height).toBe(true)
    }),
  )
})

/** A map of two channels that is strong in the cells named as [column, row] and zero elsewhere. */
function mapWith(width: number, height: number, strong: [number, number][]): FeatureMap {
  const data = new Float32Array(width * height * 2)
  for (const [x, y] of strong) data[(y * width + x) * 2] = 1
  return { data, height, width, channels: 2 }
}
