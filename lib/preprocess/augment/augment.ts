import { seededRandom } from '../../training/random.ts'
import { cutOut } from '../place-picture.ts'
import type { Pixels, Preprocessing } from '../preprocessing.ts'
import { resize } from '../resize.ts'
import { jitterColours } from './colour.ts'
import { AUGMENTATION_PRESETS, type Augmentation, type AugmentationPreset } from './presets.ts'
import { areaCrop, shortSideCrop } from './random-crop.ts'

/** Part of the feature cache's key: raised whenever a seed would give another view. */
export const AUGMENT_VERSION = 1

/**
 * A random view of a picture as S × S pixels: the same pixels, preset and seed give the same bytes everywhere.
 *
 * @param seed see {@link viewSeed}.
 */
export function augment(
  pixels: Pixels,
  preset: AugmentationPreset,
  { size, interpolation }: Pick<Preprocessing, 'size' | 'interpolation'>,
  seed: number,
): Pixels {
  const { crop, flip, colour }: Augmentation = AUGMENTATION_PRESETS[preset]
  const random = seededRandom(seed)
  const square =
    crop.kind === 'short-side'
      ? resize(pixels, { ...shortSideCrop(pixels, size, crop.times, random), interpolation })
      : resize(cutOut(pixels, areaCrop(pixels, crop, random)), { width: size, height: size, interpolation })
  const turned = flip && random() < 0.5 ? mirrored(square) : square
  return colour ? jitterColours(turned, colour, random) : turned
}

/** The seed of one view of a picture in a run: FNV-1a over all three, so that views differ wherever any of them does. */
export function viewSeed(runSeed: number, pictureHash: string, view: number): number {
  let hash = 0x811c9dc5
  for (const character of `${runSeed}/${pictureHash}/${view}`) {
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193)
  }
  return hash >>> 0
}

function mirrored({ width, height, data }: Pixels): Pixels {
  const out = new Uint8ClampedArray(data.length)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 3
      const to = (y * width + width - 1 - x) * 3
      out[to] = data[from]!
      out[to + 1] = data[from + 1]!
      out[to + 2] = data[from + 2]!
    }
  }
  return { width, height, data: out }
}
