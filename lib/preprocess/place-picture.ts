import type { Box } from './box.ts'
import type { Pixels, Preprocessing } from './preprocessing.ts'
import { resize } from './resize.ts'

/** Where a picture goes on the S × S input: resized to `width` × `height`, its left top at (`left`, `top`) of the input. */
export type Placement = {
  readonly width: number
  readonly height: number
  readonly left: number
  readonly top: number
}

/**
 * How a picture of this size lands on the backbone's input. What hangs over the edge is cut, what stays free is filled.
 *
 * `crop` rounds as timm's evaluation transform does (torchvision's `Resize` and `CenterCrop`).
 */
export function placement(
  width: number,
  height: number,
  { size, resize: way, cropFraction }: Preprocessing,
): Placement {
  if (way === 'squash') return { width: size, height: size, left: 0, top: 0 }
  const shorter = Math.min(width, height)
  const longer = Math.max(width, height)
  const side = way === 'crop' ? Math.floor(size / cropFraction) : size
  const other =
    way === 'crop'
      ? Math.floor((side * longer) / shorter)
      : Math.max(1, Math.round((side * shorter) / longer))
  const sideIsWidth = way === 'crop' ? width <= height : width >= height
  const placed = sideIsWidth ? { width: side, height: other } : { width: other, height: side }
  return { ...placed, left: centred(size, placed.width), top: centred(size, placed.height) }
}

/** The picture as the backbone sees it, as S × S pixels. */
export function placePicture(pixels: Pixels, preprocessing: Preprocessing): Pixels {
  const { size, interpolation } = preprocessing
  const { width, height, left, top } = placement(pixels.width, pixels.height, preprocessing)
  const window: Box = {
    left: Math.max(0, -left),
    top: Math.max(0, -top),
    width: Math.min(size, width),
    height: Math.min(size, height),
  }
  const placed = resize(pixels, { width, height, interpolation, window })
  return placed.width === size && placed.height === size
    ? placed
    : onFill(placed, size, Math.max(0, left), Math.max(0, top), preprocessing.mean)
}

/** The part of a picture under `box`, which must lie inside it. */
export function cutOut({ data, width }: Pixels, box: Box): Pixels {
  const out = new Uint8ClampedArray(box.width * box.height * 3)
  for (let y = 0; y < box.height; y++) {
    const start = ((box.top + y) * width + box.left) * 3
    out.set(data.subarray(start, start + box.width * 3), y * box.width * 3)
  }
  return { width: box.width, height: box.height, data: out }
}

/** `pixels` on a square of the mean colour. */
function onFill(
  pixels: Pixels,
  size: number,
  left: number,
  top: number,
  mean: Preprocessing['mean'],
): Pixels {
  const data = new Uint8ClampedArray(size * size * 3)
  const fill = mean.map((level) => Math.round(level * 255))
  for (let i = 0; i < data.length; i++) data[i] = fill[i % 3]!
  for (let y = 0; y < pixels.height; y++) {
    const line = pixels.data.subarray(y * pixels.width * 3, (y + 1) * pixels.width * 3)
    data.set(line, ((top + y) * size + left) * 3)
  }
  return { width: size, height: size, data }
}

/** Offset that centres `length` on `size`: negative where it hangs over. */
function centred(size: number, length: number): number {
  return 0 - roundHalfToEven((length - size) / 2)
}

/** As Python's `round`, which torchvision's `CenterCrop` goes by. */
function roundHalfToEven(x: number): number {
  const rounded = Math.round(x)
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}
