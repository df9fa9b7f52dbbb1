import type { MakeRule } from './rule.ts'

export const sgd: MakeRule<object> = (tf) => ({
  begin: () => ({}),
  update: ({ weight, gradient, rate }) => ({ weight: tf.sub(weight, tf.mul(gradient, rate)), slots: {} }),
})

/**
 * The rate scales the velocity, as in PyTorch and TensorFlow: v ← m·v + g, w ← w − rate·v; Nesterov's looks ahead,
 * w ← w − rate·(g + m·v).
 */
export const momentum: MakeRule<{ readonly momentum?: number; readonly nesterov?: boolean }> = (
  tf,
  { momentum: kept = 0.9, nesterov = false },
) => ({
  begin: (weight) => ({ velocity: tf.zerosLike(weight) }),
  update({ weight, gradient, slots, rate }) {
    const velocity = tf.add(tf.mul(slots.velocity!, kept), gradient)
    const direction = nesterov ? tf.add(gradient, tf.mul(velocity, kept)) : velocity
    return { weight: tf.sub(weight, tf.mul(direction, rate)), slots: { velocity } }
  },
})
