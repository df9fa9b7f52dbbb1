import type { Tensor, Tf } from '../kernels.ts'
import type { MakeRule } from './rule.ts'

/** Adam (Kingma & Ba 2015, arXiv:1412.6980, algorithm 1). AdamW is Adam with decoupled weight decay (arXiv:1711.05101). */
export const adam: MakeRule<{
  readonly beta1?: number
  readonly beta2?: number
  readonly epsilon?: number
}> = (tf, { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }) => ({
  begin: (weight) => ({ mean: tf.zerosLike(weight), square: tf.zerosLike(weight) }),
  update({ weight, gradient, slots, rate, step }) {
    const mean = average(tf, slots.mean!, gradient, beta1)
    const square = average(tf, slots.square!, tf.square(gradient), beta2)
    const length = tf.add(tf.sqrt(tf.div(square, 1 - beta2 ** step)), epsilon)
    const move = tf.div(tf.mul(mean, rate / (1 - beta1 ** step)), length)
    return { weight: tf.sub(weight, move), slots: { mean, square } }
  },
})

/** Adagrad (Duchi et al. 2011). The sum starts at 0.1, as in TensorFlow; PyTorch's starts at 0. */
export const adagrad: MakeRule<{ readonly initialAccumulator?: number; readonly epsilon?: number }> = (
  tf,
  { initialAccumulator = 0.1, epsilon = 1e-10 },
) => ({
  begin: (weight) => ({ sum: tf.fill(weight.shape, initialAccumulator) }),
  update({ weight, gradient, slots, rate }) {
    const sum = tf.add(slots.sum!, tf.square(gradient))
    const move = tf.div(tf.mul(gradient, rate), tf.add(tf.sqrt(sum), epsilon))
    return { weight: tf.sub(weight, move), slots: { sum } }
  },
})

/** Adadelta (Zeiler 2012, arXiv:1212.5701), its step multiplied by the rate: 1 is the paper's. */
export const adadelta: MakeRule<{ readonly rho?: number; readonly epsilon?: number }> = (
  tf,
  { rho = 0.9, epsilon = 1e-6 },
) => ({
  begin: (weight) => ({ square: tf.zerosLike(weight), moved: tf.zerosLike(weight) }),
  update({ weight, gradient, slots, rate }) {
    const root = (tensor: Tensor) => tf.sqrt(tf.add(tensor, epsilon))
    const square = average(tf, slots.square!, tf.square(gradient), rho)
    const move = tf.mul(tf.div(root(slots.moved!), root(square)), gradient)
    const moved = average(tf, slots.moved!, tf.square(move), rho)
    return { weight: tf.sub(weight, tf.mul(move, rate)), slots: { square, moved } }
  },
})

/** RMSProp (Hinton's lecture 6e), with momentum on what was scaled, as in PyTorch. */
export const rmsprop: MakeRule<{
  readonly decay?: number
  readonly momentum?: number
  readonly epsilon?: number
}> = (tf, { decay = 0.9, momentum = 0, epsilon = 1e-8 }) => ({
  begin: (weight) => ({ square: tf.zerosLike(weight), velocity: tf.zerosLike(weight) }),
  update({ weight, gradient, slots, rate }) {
    const square = average(tf, slots.square!, tf.square(gradient), decay)
    const scaled = tf.div(gradient, tf.add(tf.sqrt(square), epsilon))
    const velocity = tf.add(tf.mul(slots.velocity!, momentum), scaled)
    return { weight: tf.sub(weight, tf.mul(velocity, rate)), slots: { square, velocity } }
  },
})

/** kept · before + (1 − kept) · now */
function average(tf: Tf, before: Tensor, now: Tensor, kept: number): Tensor {
  return tf.add(tf.mul(before, kept), tf.mul(now, 1 - kept))
}
