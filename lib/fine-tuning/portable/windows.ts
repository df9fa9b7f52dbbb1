import type { Map4, Shape4, Tf, Window } from '../kernels.ts'

/** The map with its padding around it. */
export function padMap(tf: Tf, x: Map4, { padding }: Window, value = 0): Map4 {
  const { top, bottom, left, right } = padding
  if (top + bottom + left + right === 0) return x
  return tf.pad(
    x,
    [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
    value,
  )
}

/** What is left of a padded map's gradient once the padding is cut off; shorter windows' leftovers get zeros. */
export function unpadMap(tf: Tf, dx: Map4, inputShape: Shape4, { padding }: Window): Map4 {
  const [batch, height, width, channels] = inputShape
  const below = Math.max(0, height + padding.top - dx.shape[1])
  const right = Math.max(0, width + padding.left - dx.shape[2])
  const whole =
    below + right > 0
      ? tf.pad(dx, [
          [0, 0],
          [0, below],
          [0, right],
          [0, 0],
        ])
      : dx
  if (whole.shape[1] === height && whole.shape[2] === width) return whole
  return tf.slice(whole, [0, padding.top, padding.left, 0], [batch, height, width, channels])
}

/** Puts `stride − 1` rows and columns of zeros behind each row and column: [n, h, w, c] → [n, h·s, w·s, c]. */
export function spread(tf: Tf, dy: Map4, [down, across]: Window['strides']): Map4 {
  const [batch, height, width, channels] = dy.shape
  let flat = tf.reshape(dy, [batch * height, 1, width * channels])
  if (down > 1)
    flat = tf.pad(flat, [
      [0, 0],
      [0, down - 1],
      [0, 0],
    ])
  let wide = tf.reshape(flat, [batch * height * down * width, 1, channels])
  if (across > 1)
    wide = tf.pad(wide, [
      [0, 0],
      [0, across - 1],
      [0, 0],
    ])
  return tf.reshape(wide, [batch, height * down, width * across, channels])
}

/** What of the padded input the window's place (row, column) met, one value per output: `[n, h, w, c]`. */
export function seenFrom(
  tf: Tf,
  padded: Map4,
  at: readonly [number, number],
  window: Window,
  output: Shape4,
): Map4 {
  const [down, across] = window.strides
  const [batch, height, width] = output
  const size = [batch, (height - 1) * down + 1, (width - 1) * across + 1, padded.shape[3]]
  if (down === 1 && across === 1)
    return tf.slice(padded, [0, at[0], at[1], 0], size as [number, number, number, number])
  return tf.stridedSlice(
    padded,
    [0, at[0], at[1], 0],
    [batch, at[0] + size[1]!, at[1] + size[2]!, padded.shape[3]],
    [1, down, across, 1],
  ) as Map4
}
