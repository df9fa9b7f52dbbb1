import { describe, expect, test } from 'vitest'
import { fromBase64, madeUpPicture } from './fixtures/picture.ts'
import stored from './fixtures/resize.json' with { type: 'json' }
import { resize } from './resize.ts'

type Case = {
  from: [number, number]
  to: [number, number]
  interpolation: 'bicubic' | 'bilinear'
  pixels: string
}

describe(`the resampler beside Pillow ${stored.pillow}`, () => {
  for (const { from, to, interpolation, pixels } of stored.cases as Case[]) {
    test(`gives the same bytes: ${interpolation}, ${from.join(' × ')} to ${to.join(' × ')}`, () => {
      const got = resize(madeUpPicture(...from), { width: to[0], height: to[1], interpolation })
      expect([got.width, got.height]).toEqual(to)
      expect(Buffer.from(got.data)).toEqual(Buffer.from(fromBase64(pixels)))
    })
  }
})

test('a window is the same part of the whole result', () => {
  const picture = madeUpPicture(90, 70)
  const whole = resize(picture, { width: 40, height: 50, interpolation: 'bicubic' })
  const window = { left: 7, top: 11, width: 23, height: 30 }
  const part = resize(picture, { width: 40, height: 50, interpolation: 'bicubic', window })
  for (let y = 0; y < window.height; y++) {
    const start = ((window.top + y) * 40 + window.left) * 3
    expect(part.data.slice(y * 69, y * 69 + 69)).toEqual(
      Uint8ClampedArray.from(whole.data.slice(start, start + 69)),
    )
  }
})

test('a picture that has the size already is handed back as it is', () => {
  const picture = madeUpPicture(24, 24)
  expect(resize(picture, { width: 24, height: 24, interpolation: 'bicubic' })).toBe(picture)
})

test('a picture of one colour keeps it, whatever the sizes', () => {
  const data = new Uint8Array(37 * 5 * 3).fill(200)
  for (const interpolation of ['bicubic', 'bilinear'] as const) {
    for (const [width, height] of [
      [3, 3],
      [224, 1],
      [1, 224],
      [64, 64],
    ] as const) {
      const { data: got } = resize({ width: 37, height: 5, data }, { width, height, interpolation })
      expect(got.every((level) => level === 200)).toBe(true)
    }
  }
})
