import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BACKBONES } from '../../backbone/registry.ts'
import { seededRandom } from '../../training/random.ts'
import { madeUpPicture } from '../fixtures/picture.ts'
import type { Pixels } from '../preprocessing.ts'
import { augment, viewSeed } from './augment.ts'
import { jitterColours } from './colour.ts'
import { AUGMENTATION_PRESETS, type AugmentationPreset } from './presets.ts'
import { areaCrop, shortSideCrop } from './random-crop.ts'

const presets = Object.keys(AUGMENTATION_PRESETS) as AugmentationPreset[]
const preprocessing = { size: 24, interpolation: 'bilinear' } as const
const picture = madeUpPicture(40, 30)
const sizes = fc.record({ width: fc.integer({ min: 1, max: 900 }), height: fc.integer({ min: 1, max: 900 }) })
const seeds = fc.integer({ min: 0, max: 0xffffffff })

describe.each(presets)('%s', (preset) => {
  test('a view is S × S, whatever the picture', () => {
    fc.assert(
      fc.property(
        fc.record({ width: fc.integer({ min: 1, max: 60 }), height: fc.integer({ min: 1, max: 60 }) }),
        seeds,
        ({ width, height }, seed) => {
          const view = augment(madeUpPicture(width, height), preset, preprocessing, seed)
          expect([view.width, view.height, view.data.length]).toEqual([24, 24, 24 * 24 * 3])
        },
      ),
      { numRuns: 50 },
    )
  })

  test('the same seed gives the same bytes, another seed others, and the picture stays as it is', () => {
    const before = picture.data.slice()
    const views = [1, 1, 2].map((seed) => augment(picture, preset, preprocessing, seed).data)
    expect(views[0]).toEqual(views[1])
    expect(views[0]).not.toEqual(views[2])
    expect(picture.data).toEqual(before)
  })
})

test('a view of this seed is this one, today and tomorrow', () => {
  const sum = (preset: AugmentationPreset) =>
    [...augment(picture, preset, preprocessing, 7).data].reduce(
      (all, level, i) => (all * 31 + level * (i + 1)) >>> 0,
      0,
    )
  expect(Object.fromEntries(presets.map((preset) => [preset, sum(preset)]))).toMatchInlineSnapshot(`
    {
      "inception": 1958547327,
      "modern": 4114007686,
      "vgg": 1688728708,
    }
  `)
})

test('half of the views are mirrored', () => {
  const white = (x: number) => (x < 20 ? 255 : 0)
  const data = Uint8Array.from({ length: 40 * 40 * 3 }, (_, i) => white(Math.floor(i / 3) % 40))
  let mirrored = 0
  for (let seed = 0; seed < 400; seed++) {
    const view = augment({ width: 40, height: 40, data }, 'vgg', preprocessing, seed)
    const [left, right] = [view.data[0]!, view.data[23 * 3]!]
    if (left !== right) mirrored += left < right ? 1 : 0
  }
  expect(mirrored).toBeGreaterThan(100)
  expect(mirrored).toBeLessThan(200)
})

test('the shorter side becomes 256 to 512 for an input of 224, and the square lies inside', () => {
  const seen = new Set<number>()
  fc.assert(
    fc.property(sizes, seeds, (size, seed) => {
      const crop = shortSideCrop(size, 224, AUGMENTATION_PRESETS.vgg.crop.times, seededRandom(seed))
      const shorter = Math.min(crop.width, crop.height)
      seen.add(shorter)
      expect(shorter).toBeGreaterThanOrEqual(256)
      expect(shorter).toBeLessThanOrEqual(512)
      expectInside(crop.window, crop)
      expect(crop.window).toMatchObject({ width: 224, height: 224 })
    }),
  )
  expect(seen.size).toBeGreaterThan(50)
})

test.each(['inception', 'modern'] as const)(
  '%s: a box has the share and aspect that are allowed, and lies inside',
  (preset) => {
    const { crop } = AUGMENTATION_PRESETS[preset]
    fc.assert(
      fc.property(sizes, seeds, (size, seed) => {
        const box = areaCrop(size, crop, seededRandom(seed))
        expectInside(box, size)
        // A long, narrow picture has no box of the aspect and the share: then its middle is taken.
        const possible = Math.min(size.width, size.height) / Math.max(size.width, size.height) > 0.7
        if (possible && Math.min(size.width, size.height) > 100) {
          expect(box.width / box.height).toBeGreaterThan(0.7)
          expect(box.width / box.height).toBeLessThan(1.4)
          expect((box.width * box.height) / (size.width * size.height)).toBeGreaterThan(crop.area[0] * 0.9)
        }
      }),
    )
  },
)

test('colours that move by nothing stay as they are', () => {
  const still = { brightness: 0, saturation: [1, 1], hue: 0, contrast: [1, 1] } as const
  fc.assert(
    fc.property(seeds, (seed) => {
      const { data } = jitterColours(picture, still, seededRandom(seed))
      expect(data.every((level, i) => Math.abs(level - picture.data[i]!) <= 1)).toBe(true)
    }),
  )
})

test('a third of a turn makes red green; grey has no hue to turn', () => {
  const turn = { brightness: 0, saturation: [1, 1], hue: 1 / 3, contrast: [1, 1] } as const
  const pixels: Pixels = { width: 2, height: 1, data: Uint8Array.of(255, 0, 0, 90, 90, 90) }
  // The last number drawn is the hue's: 1 is the end of its span.
  const draws = [0, 0.5, 0.5, 0.5, 1]
  const { data } = jitterColours(pixels, turn, () => draws.shift()!)
  expect([...data]).toEqual([0, 255, 0, 90, 90, 90])
})

test('seeds of views differ with the run, the picture and the view', () => {
  const all = [0, 1].flatMap((run) =>
    ['a', 'b'].flatMap((hash) => [1, 2].map((view) => viewSeed(run, hash, view))),
  )
  expect(new Set(all).size).toBe(8)
  expect(viewSeed(0, 'a', 1)).toBe(viewSeed(0, 'a', 1))
})

test('the tutorial’s evaluation twin is the middle 224 of 256; the modern one places as the backbone does', () => {
  const { preprocess } = BACKBONES.resnet50
  expect({ ...preprocess, ...AUGMENTATION_PRESETS.vgg.evaluation }).toMatchObject({
    resize: 'crop',
    cropFraction: 0.875,
  })
  expect({ ...preprocess, ...AUGMENTATION_PRESETS.modern.evaluation }).toEqual(preprocess)
})

function expectInside(
  box: { left: number; top: number; width: number; height: number },
  size: { width: number; height: number },
) {
  for (const n of [box.left, box.top]) expect(n).toBeGreaterThanOrEqual(0)
  for (const n of [box.width, box.height]) expect(n).toBeGreaterThanOrEqual(1)
  expect(box.left + box.width).toBeLessThanOrEqual(size.width)
  expect(box.top + box.height).toBeLessThanOrEqual(size.height)
}
