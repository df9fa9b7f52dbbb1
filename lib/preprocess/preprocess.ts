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
  const { data } = placePicture(pixels, preprocessing)
  const [red, green, blue] = levels(preprocessing)
  for (let i = 0; i < out.length; i += 3) {
    out[i] = red[data[i]!]!
    out[i + 1] = green[data[i + 1]!]!
    out[i + 2] = blue[data[i + 2]!]!
  }
}

/** What each of the 256 levels comes to, per channel: in double precision, rounded once. */
function levels({ mean, std }: Preprocessing): [Float32Array, Float32Array, Float32Array] {
  const channel = (c: 0 | 1 | 2) =>
    Float32Array.from({ length: 256 }, (_, level) => (level / 255 - mean[c]) / std[c])
  return [channel(0), channel(1), channel(2)]
}
