import type { Padding, Pair } from './graph.ts'

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

/** PyTorch's usual `padding = (k − 1) / 2`, for odd kernels. On even sizes with stride 2 that is not SAME. */
export function symmetricPadding([height, width]: Pair): ExplicitPadding {
  const [y, x] = [(height - 1) >> 1, (width - 1) >> 1]
  return { top: y, bottom: y, left: x, right: x }
}

/** TensorFlow's word for a padding, where it has one: its kernels pad by themselves then. */
export function tensorflowPadding(
  padding: Padding,
  size: Pair,
  kernel: Pair,
  strides: Pair,
): 'same' | 'valid' | undefined {
  const given = explicitPadding(padding, size, kernel, strides)
  return (['valid', 'same'] as const).find((word) => {
    const { top, bottom, left, right } = explicitPadding(word, size, kernel, strides)
    return given.top === top && given.bottom === bottom && given.left === left && given.right === right
  })
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
