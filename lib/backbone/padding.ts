import type { Padding } from './graph.ts'

type Pair = readonly [height: number, width: number]
export type ExplicitPadding = Exclude<Padding, string>

export const NO_PADDING: ExplicitPadding = { top: 0, bottom: 0, left: 0, right: 0 }

/** Any padding as numbers. TensorFlow's SAME puts the odd row or column at the bottom and the right. */
export function explicitPadding(
  padding: Padding,
  [height, width]: Pair,
  kernel: Pair,
  strides: Pair,
): ExplicitPadding {
  if (padding === 'valid') return NO_PADDING
  if (padding !== 'same') return padding
  const [top, bottom] = samePadding(height, kernel[0], strides[0])
  const [left, right] = samePadding(width, kernel[1], strides[1])
  return { top, bottom, left, right }
}

/** Height and width after a window of `kernel` slides over the padded input. */
export function windowedSize(padding: Padding, [height, width]: Pair, kernel: Pair, strides: Pair): Pair {
  const { top, bottom, left, right } = explicitPadding(padding, [height, width], kernel, strides)
  return [
    Math.floor((height + top + bottom - kernel[0]) / strides[0]) + 1,
    Math.floor((width + left + right - kernel[1]) / strides[1]) + 1,
  ]
}

function samePadding(length: number, kernel: number, stride: number): Pair {
  const total = Math.max(0, (Math.ceil(length / stride) - 1) * stride + kernel - length)
  return [total >> 1, total - (total >> 1)]
}
