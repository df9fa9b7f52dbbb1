import type { Map4, Shape4, Tf, Window } from '../kernels.ts'
import { padMap, seenFrom, spread, unpadMap } from './windows.ts'

/**
 * Gradients of convolutions, composed from forward kernels: for backends that lack Conv2DBackpropFilter and the depthwise
 * ones.
 */

/** Of the input: a convolution of the spread gradient with the turned filter, inputs and outputs exchanged. */
export function convInputGradient(tf: Tf, dy: Map4, filter: Map4, inputShape: Shape4, window: Window): Map4 {
  const [rows, columns] = window.kernel
  if (rows === 1 && columns === 1) {
    const [batch, height, width, channels] = dy.shape
    const across = tf.matMul(
      tf.reshape(dy, [batch * height * width, channels]),
      tf.reshape(filter, [filter.shape[2], channels]),
      false,
      true,
    )
    return unpadMap(
      tf,
      spread(tf, tf.reshape(across, [batch, height, width, filter.shape[2]]), window.strides),
      inputShape,
      window,
    )
  }
  const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2])
  const full = tf.conv2d(surrounded(tf, dy, window), turned, 1, 'valid')
  return unpadMap(tf, full, inputShape, window)
}

/** Of the filter: the input's channels become pictures, the batch becomes channels, the stride a dilation. */
export function convFilterGradient(tf: Tf, x: Map4, dy: Map4, filterShape: Shape4, window: Window): Map4 {
  const [rows, columns, inputs, outputs] = filterShape
  if (rows === 1 && columns === 1) {
    const seen = seenFrom(tf, padMap(tf, x, window), [0, 0], window, dy.shape)
    const across = tf.transpose(tf.reshape(seen, [-1, inputs]))
    return tf.reshape(tf.matMul(across, tf.reshape(dy, [-1, outputs])), [1, 1, inputs, outputs])
  }
  const pictures = tf.transpose(padMap(tf, x, window), [3, 1, 2, 0])
  const filter = tf.transpose(dy, [1, 2, 0, 3])
  const gradient = tf.conv2d(pictures, filter, 1, 'valid', 'NHWC', [...window.strides])
  return tf.transpose(tf.slice(gradient, [0, 0, 0, 0], [inputs, rows, columns, outputs]), [1, 2, 0, 3])
}

export function depthwiseInputGradient(
  tf: Tf,
  dy: Map4,
  filter: Map4,
  inputShape: Shape4,
  window: Window,
): Map4 {
  const full = tf.depthwiseConv2d(surrounded(tf, dy, window), tf.reverse(filter, [0, 1]), 1, 'valid')
  return unpadMap(tf, full, inputShape, window)
}

/** One sum per place of the window. */
export function depthwiseFilterGradient(
  tf: Tf,
  x: Map4,
  dy: Map4,
  filterShape: Shape4,
  window: Window,
): Map4 {
  const [rows, columns] = filterShape
  const padded = padMap(tf, x, window)
  const sums = Array.from({ length: rows * columns }, (_, place) => {
    const at = [Math.floor(place / columns), place % columns] as const
    return tf.tidy(() => tf.sum(tf.mul(seenFrom(tf, padded, at, window, dy.shape), dy), [0, 1, 2]))
  })
  return tf.reshape(tf.stack(sums), [...filterShape])
}

/** The spread gradient with as many zeros around it as the window reaches. */
function surrounded(tf: Tf, dy: Map4, { kernel: [rows, columns], strides }: Window): Map4 {
  const wide = spread(tf, dy, strides)
  return tf.pad(wide, [
    [0, 0],
    [rows - 1, rows - 1],
    [columns - 1, columns - 1],
    [0, 0],
  ])
}
