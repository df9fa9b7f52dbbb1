import type { Map4, Shape4, Tf, Window } from '../kernels.ts'
import { padMap, seenFrom, spread, unpadMap } from './windows.ts'

/** Below every float that a network makes: padding never wins. */
const LOWEST = -3.4e38

export function maxPool(tf: Tf, x: Map4, window: Window): Map4 {
  return tf.maxPool(padMap(tf, x, window, LOWEST), [...window.kernel], [...window.strides], 'valid')
}

/** The gradient goes to the first of the largest, row by row, as TensorFlow and PyTorch send it. */
export function maxPoolGradient(tf: Tf, x: Map4, y: Map4, dy: Map4, window: Window): Map4 {
  const padded = padMap(tf, x, window, LOWEST)
  let open: Map4 = tf.onesLike(y)
  let sum: Map4 = tf.zerosLike(padded)
  for (const at of places(window)) {
    const [nextOpen, nextSum]: [Map4, Map4] = tf.tidy(() => {
      const won = tf.mul(tf.cast(tf.equal(seenFrom(tf, padded, at, window, dy.shape), y), 'float32'), open)
      return [tf.sub(open, won), tf.add(sum, placed(tf, tf.mul(dy, won), at, window, padded.shape))]
    })
    tf.dispose([open, sum])
    open = nextOpen
    sum = nextSum
  }
  return unpadMap(tf, sum, x.shape, window)
}

export function avgPool(tf: Tf, x: Map4, window: Window, countPad: boolean): Map4 {
  const sum = tf.avgPool(padMap(tf, x, window), [...window.kernel], [...window.strides], 'valid')
  return countPad || !isPadded(window) ? sum : tf.div(sum, shares(tf, x.shape, window))
}

export function avgPoolGradient(
  tf: Tf,
  dy: Map4,
  inputShape: Shape4,
  window: Window,
  countPad: boolean,
): Map4 {
  const { padding, kernel } = window
  const padded: Shape4 = [
    inputShape[0],
    inputShape[1] + padding.top + padding.bottom,
    inputShape[2] + padding.left + padding.right,
    inputShape[3],
  ]
  const each = tf.div(
    countPad || !isPadded(window) ? dy : tf.div(dy, shares(tf, inputShape, window)),
    kernel[0] * kernel[1],
  ) as Map4
  let sum: Map4 = tf.zeros([...padded])
  for (const at of places(window)) {
    const next: Map4 = tf.tidy(() => tf.add(sum, placed(tf, each, at, window, padded)))
    sum.dispose()
    sum = next
  }
  return unpadMap(tf, sum, inputShape, window)
}

/** Which part of each window lies on the map. */
function shares(tf: Tf, [, height, width]: Shape4, window: Window): Map4 {
  const ones = padMap(tf, tf.ones([1, height, width, 1]), window)
  return tf.avgPool(ones, [...window.kernel], [...window.strides], 'valid')
}

function isPadded({ padding }: Window): boolean {
  return padding.top + padding.bottom + padding.left + padding.right > 0
}

function places({ kernel: [rows, columns] }: Window): (readonly [number, number])[] {
  return Array.from({ length: rows * columns }, (_, i) => [Math.floor(i / columns), i % columns] as const)
}

/** One value per output, put where the window's place `at` saw it, on a map of `shape`. */
function placed(tf: Tf, values: Map4, at: readonly [number, number], window: Window, shape: Shape4): Map4 {
  const wide = spread(tf, values, window.strides)
  const cut = tf.slice(
    wide,
    [0, 0, 0, 0],
    [
      shape[0],
      Math.min(wide.shape[1], shape[1] - at[0]),
      Math.min(wide.shape[2], shape[2] - at[1]),
      shape[3],
    ],
  )
  return tf.pad(cut, [
    [0, 0],
    [at[0], shape[1] - at[0] - cut.shape[1]],
    [at[1], shape[2] - at[1] - cut.shape[2]],
    [0, 0],
  ])
}
