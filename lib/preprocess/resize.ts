import type { Box } from './box.ts'
import type { Pixels, Preprocessing } from './preprocessing.ts'
import { PRECISION_BITS, type Taps, tapsFor } from './taps.ts'

const HALF = 1 << (PRECISION_BITS - 1)

export type Resizing = {
  /** Size of the whole result, in pixels. */
  readonly width: number
  readonly height: number
  readonly interpolation: Preprocessing['interpolation']
  /** The part of the result that is wanted, in its pixels; the rest is never computed. All of it by default. */
  readonly window?: Box
}

/**
 * Resizes a picture as Pillow's `Image.resize` does, bit for bit: antialiased, 8-bit fixed point, across and then down.
 *
 * The one resampler of training, evaluation, export and the browser.
 */
export function resize(pixels: Pixels, to: Resizing): Pixels {
  const window = to.window ?? { left: 0, top: 0, width: to.width, height: to.height }
  const wholeWidth = window.left === 0 && window.width === to.width
  const wholeHeight = window.top === 0 && window.height === to.height
  if (wholeWidth && wholeHeight && pixels.width === to.width && pixels.height === to.height) return pixels

  const down = tapsFor(pixels.height, to.height, to.interpolation, window.top, window.height)
  const last = window.height - 1
  const firstRow = down.starts[0]!
  const rows = down.starts[last]! + down.counts[last]! - firstRow
  if (wholeWidth && pixels.width === to.width) return resizeDown(pixels, down, 0)
  const across = tapsFor(pixels.width, to.width, to.interpolation, window.left, window.width)
  const narrowed = resizeAcross(pixels, across, firstRow, rows)
  return wholeHeight && pixels.height === to.height ? narrowed : resizeDown(narrowed, down, firstRow)
}

/** Rows `firstRow` to `firstRow + rows` of a picture, resized horizontally. */
function resizeAcross({ data, width }: Pixels, taps: Taps, firstRow: number, rows: number): Pixels {
  const { starts, counts, weights, stride } = taps
  const outWidth = starts.length
  const out = new Uint8ClampedArray(outWidth * rows * 3)
  let o = 0
  for (let y = 0; y < rows; y++) {
    const line = (firstRow + y) * width
    for (let x = 0; x < outWidth; x++) {
      let red = HALF
      let green = HALF
      let blue = HALF
      let i = (line + starts[x]!) * 3
      let k = x * stride
      for (const end = k + counts[x]!; k < end; k++, i += 3) {
        const weight = weights[k]!
        red = (red + Math.imul(data[i]!, weight)) | 0
        green = (green + Math.imul(data[i + 1]!, weight)) | 0
        blue = (blue + Math.imul(data[i + 2]!, weight)) | 0
      }
      out[o] = red >> PRECISION_BITS
      out[o + 1] = green >> PRECISION_BITS
      out[o + 2] = blue >> PRECISION_BITS
      o += 3
    }
  }
  return { width: outWidth, height: rows, data: out }
}

/** Resizes vertically; the picture's first row is row `firstRow` of what the taps speak of. */
function resizeDown({ data, width }: Pixels, taps: Taps, firstRow: number): Pixels {
  const { starts, counts, weights, stride } = taps
  const height = starts.length
  const line = width * 3
  const out = new Uint8ClampedArray(line * height)
  const sums = new Int32Array(line)
  for (let y = 0; y < height; y++) {
    sums.fill(HALF)
    for (let k = 0; k < counts[y]!; k++) {
      const weight = weights[y * stride + k]!
      const from = (starts[y]! - firstRow + k) * line
      // Line by line rather than column by column: reads stay in order, which is what the memory likes.
      for (let i = 0; i < line; i++) sums[i] = (sums[i]! + Math.imul(data[from + i]!, weight)) | 0
    }
    const to = y * line
    for (let i = 0; i < line; i++) out[to + i] = sums[i]! >> PRECISION_BITS
  }
  return { width, height, data: out }
}
