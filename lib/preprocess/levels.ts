import type { Preprocessing } from './preprocessing.ts'

/** What each of the 256 levels comes to, per channel: in double precision, rounded once. */
export type Levels = readonly [red: Float32Array, green: Float32Array, blue: Float32Array]

export function levelsOf({ mean, std }: Pick<Preprocessing, 'mean' | 'std'>): Levels {
  const channel = (c: 0 | 1 | 2) =>
    Float32Array.from({ length: 256 }, (_, level) => (level / 255 - mean[c]) / std[c])
  return [channel(0), channel(1), channel(2)]
}

/** 8-bit RGB to `(level / 255 − mean) / std`, `out` having as many numbers as `data`. */
export function normaliseInto(out: Float32Array, data: ArrayLike<number>, levels: Levels): void {
  const [red, green, blue] = levels
  for (let i = 0; i < out.length; i += 3) {
    out[i] = red[data[i]!]!
    out[i + 1] = green[data[i + 1]!]!
    out[i + 2] = blue[data[i + 2]!]!
  }
}
