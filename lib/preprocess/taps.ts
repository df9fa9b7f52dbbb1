import type { Preprocessing } from './preprocessing.ts'

/** Bits behind the point of a tap: 32 less 8 for the pixel and 2 for overshoot, as in Pillow's `Resample.c`. */
export const PRECISION_BITS = 22

/** For each output position along one axis: which inputs it reads, and how much of each. */
export type Taps = {
  /** First input read, per output. */
  readonly starts: Int32Array
  /** How many inputs are read, per output. */
  readonly counts: Int32Array
  /** Fixed-point weights, `stride` places per output; each output's add up to 2^{@link PRECISION_BITS}. */
  readonly weights: Int32Array
  readonly stride: number
}

type Filter = { support: number; at: (x: number) => number }

/** Keys' cubic convolution with a = −0.5, and the triangle: Pillow's BICUBIC and BILINEAR. */
const FILTERS: Record<Preprocessing['interpolation'], Filter> = {
  bicubic: { support: 2, at: bicubic },
  bilinear: { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
}

/**
 * The taps that take `from` pixels to `to`, for the `count` outputs from `first` on.
 *
 * Antialiased: when shrinking, the filter is stretched by the scale, so every input counts. Steps and roundings follow
 * Pillow's `precompute_coeffs` and `normalize_coeffs_8bpc`.
 */
export function tapsFor(
  from: number,
  to: number,
  interpolation: Preprocessing['interpolation'],
  first = 0,
  count = to,
): Taps {
  const filter = FILTERS[interpolation]
  const scale = from / to
  const stretch = Math.max(scale, 1)
  const support = filter.support * stretch
  const stride = Math.ceil(support) * 2 + 1
  const starts = new Int32Array(count)
  const counts = new Int32Array(count)
  const weights = new Int32Array(count * stride)
  const row = new Float64Array(stride)
  for (let i = 0; i < count; i++) {
    const centre = (first + i + 0.5) * scale
    const start = Math.max(0, Math.trunc(centre - support + 0.5))
    const reads = Math.min(from, Math.trunc(centre + support + 0.5)) - start
    let sum = 0
    for (let k = 0; k < reads; k++) {
      const weight = filter.at((k + start - centre + 0.5) * (1 / stretch))
      row[k] = weight
      sum += weight
    }
    for (let k = 0; k < reads; k++) weights[i * stride + k] = fixedPoint(row[k]! / (sum || 1))
    starts[i] = start
    counts[i] = reads
  }
  return { starts, counts, weights, stride }
}

function fixedPoint(weight: number): number {
  return Math.trunc(weight * 2 ** PRECISION_BITS + (weight < 0 ? -0.5 : 0.5))
}

function bicubic(x: number): number {
  const a = -0.5
  const d = Math.abs(x)
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1
  if (d < 2) return (((d - 5) * d + 8) * d - 4) * a
  return 0
}
