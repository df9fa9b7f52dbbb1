import type { Map4, Normalised, NormGradient, Tf, Vector } from '../kernels.ts'

const MAP = [0, 1, 2]

/** Batch norm by the batch's own statistics (Ioffe & Szegedy 2015, arXiv:1502.03167, algorithm 1). */
export function batchNorm(tf: Tf, x: Map4, scale: Vector, shift: Vector, epsilon: number): Normalised {
  const count = x.size / x.shape[3]
  const mean = tf.mean(x, MAP) as Vector
  const biased = tf.mean(tf.square(tf.sub(x, mean)), MAP) as Vector
  const inverse = tf.rsqrt(tf.add(biased, epsilon)) as Vector
  const factor = tf.mul(inverse, scale)
  return {
    y: tf.add(tf.mul(x, factor), tf.sub(shift, tf.mul(mean, factor))) as Map4,
    mean,
    variance: tf.mul(biased, count / Math.max(1, count - 1)) as Vector,
    saved: [tf.clone(mean), inverse],
  }
}

/** The statistics depend on x as well: their part of the gradient is what the two sums take off. */
export function batchNormGradient(
  tf: Tf,
  dy: Map4,
  x: Map4,
  scale: Vector,
  { saved }: Pick<Normalised, 'saved'>,
): NormGradient {
  const [mean, inverse] = saved as [Vector, Vector]
  const count = x.size / x.shape[3]
  const { centred, dScale, dShift } = sums(tf, dy, x, mean, inverse)
  const ofVariance = tf.mul(centred, tf.div(tf.mul(dScale, inverse), count))
  const inner = tf.sub(tf.sub(dy, tf.div(dShift, count)), ofVariance)
  return { dx: tf.mul(inner, tf.mul(scale, inverse)) as Map4, dScale, dShift }
}

export function movingNormGradient(
  tf: Tf,
  dy: Map4,
  x: Map4,
  scale: Vector,
  { mean, variance }: { readonly mean: Vector; readonly variance: Vector },
  epsilon: number,
): NormGradient {
  const inverse = tf.rsqrt(tf.add(variance, epsilon)) as Vector
  const { dScale, dShift } = sums(tf, dy, x, mean, inverse)
  return { dx: tf.mul(dy, tf.mul(scale, inverse)) as Map4, dScale, dShift }
}

function sums(tf: Tf, dy: Map4, x: Map4, mean: Vector, inverse: Vector) {
  const centred = tf.sub(x, mean) as Map4
  return {
    centred,
    dScale: tf.mul(tf.sum(tf.mul(dy, centred), MAP), inverse) as Vector,
    dShift: tf.sum(dy, MAP) as Vector,
  }
}
