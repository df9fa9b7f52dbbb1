import { levelsOf, normaliseInto } from './levels.ts'
import { placePicture } from './place-picture.ts'
import type { Pixels, Preprocessing } from './preprocessing.ts'

/** Part of the feature cache's key: raised whenever the same pixels would give another input. */
export const PREPROCESS_VERSION = 1

/**
 * Pixels to a backbone's input: placed on S × S, then `(level / 255 − mean) / std` per channel.
 *
 * @returns NHWC without the N: `[S, S, 3]`.
 */
export function preprocess(pixels: Pixels, preprocessing: Preprocessing): Float32Array {
  const out = new Float32Array(preprocessing.size ** 2 * 3)
  preprocessInto(out, pixels, preprocessing)
  return out
}

/** {@link preprocess} into one picture's place of a batch, `out` being `[S, S, 3]`. */
export function preprocessInto(out: Float32Array, pixels: Pixels, preprocessing: Preprocessing): void {
  normaliseInto(out, placePicture(pixels, preprocessing).data, levelsOf(preprocessing))
}
