import { describe, expect, test } from 'vitest'
import { fromBase64, madeUpPicture } from './fixtures/picture.ts'
import stored from './fixtures/timm-crop.json' with { type: 'json' }
import { cutOut, placement, placePicture } from './place-picture.ts'
import { preprocess, preprocessInto } from './preprocess.ts'
import type { Pixels, Preprocessing } from './preprocessing.ts'

const base: Preprocessing = {
  size: 32,
  resize: 'squash',
  cropFraction: 0.875,
  interpolation: 'bicubic',
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
}

describe(`crop is the evaluation transform of timm ${stored.timm}`, () => {
  for (const item of stored.cases) {
    const [width, height] = item.from as [number, number]
    test(`${width} × ${height} to ${item.size}, fraction ${item.cropFraction}, ${item.interpolation}`, () => {
      const preprocessing: Preprocessing = {
        size: item.size,
        resize: 'crop',
        cropFraction: item.cropFraction,
        interpolation: item.interpolation as Preprocessing['interpolation'],
        mean: stored.mean as [number, number, number],
        std: stored.std as [number, number, number],
      }
      const want = new Float32Array(fromBase64(item.input).buffer)
      const got = preprocess(madeUpPicture(width, height), preprocessing)
      expect(got.length).toBe(want.length)
      expect(largestDifference(got, want)).toBeLessThan(1e-5)
    })
  }
})

test('levels 0 and 255 become −1 and 1 with mean and std of a half', () => {
  const black: Pixels = { width: 32, height: 32, data: new Uint8Array(32 * 32 * 3) }
  const white: Pixels = { ...black, data: new Uint8Array(32 * 32 * 3).fill(255) }
  expect(new Set(preprocess(black, base))).toEqual(new Set([-1]))
  expect(new Set(preprocess(white, base))).toEqual(new Set([1]))
})

test('pad keeps the proportions, centres the picture and fills with the mean', () => {
  const white: Pixels = { width: 64, height: 16, data: new Uint8Array(64 * 16 * 3).fill(255) }
  const { data } = placePicture(white, { ...base, resize: 'pad', mean: [0, 0.2, 1] })
  const rows = Array.from({ length: 32 }, (_, y) => [...data.slice(y * 96, y * 96 + 3)])
  expect(rows.slice(0, 12)).toEqual(Array(12).fill([0, 51, 255]))
  expect(rows.slice(12, 20)).toEqual(Array(8).fill([255, 255, 255]))
  expect(rows.slice(20)).toEqual(Array(12).fill([0, 51, 255]))
})

test('a line one pixel thin still has a place', () => {
  for (const resize of ['squash', 'crop', 'pad'] as const) {
    for (const [width, height] of [
      [2000, 1],
      [1, 2000],
      [1, 1],
    ] as const) {
      const placed = placePicture(madeUpPicture(width, height), { ...base, resize })
      expect([placed.width, placed.height, placed.data.length]).toEqual([32, 32, 32 * 32 * 3])
    }
  }
})

test('a crop hangs over on both sides, a padded picture stays inside', () => {
  expect(placement(640, 480, { ...base, size: 224, resize: 'crop' })).toEqual({
    width: 341,
    height: 256,
    left: -58,
    top: -16,
  })
  expect(placement(640, 480, { ...base, size: 224, resize: 'pad' })).toEqual({
    width: 224,
    height: 168,
    left: 0,
    top: 28,
  })
})

test('a picture takes only its own place in a batch', () => {
  const batch = new Float32Array(3 * 32 * 32 * 3).fill(9)
  const picture = madeUpPicture(40, 50)
  preprocessInto(batch.subarray(3072, 6144), picture, base)
  expect(batch.slice(3072, 6144)).toEqual(preprocess(picture, base))
  expect(new Set([...batch.slice(0, 3072), ...batch.slice(6144)])).toEqual(new Set([9]))
})

test('a cut-out has the pixels under its box', () => {
  const picture = madeUpPicture(10, 8)
  const part = cutOut(picture, { left: 3, top: 2, width: 4, height: 5 })
  expect([part.width, part.height]).toEqual([4, 5])
  expect([...part.data.slice(0, 3)]).toEqual([...picture.data.slice((2 * 10 + 3) * 3, (2 * 10 + 3) * 3 + 3)])
  expect([...part.data.slice(-3)]).toEqual([...picture.data.slice((6 * 10 + 6) * 3, (6 * 10 + 6) * 3 + 3)])
})

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0)
}
