import type { MakeRule } from './rule.ts'

/**
 * FTRL-Proximal (McMahan et al. 2013, "Ad click prediction", algorithm 1) with TensorFlow's constants. TensorFlow starts
 * the linear term at 0, which pulls a pretrained weight toward 0 at its first step; here it starts where the optimum is
 * the weight itself, so that fine-tuning starts from what was restored. From weights of 0 both are the same.
 */
export const ftrl: MakeRule<{
  readonly initialAccumulator?: number
  readonly l1?: number
  readonly l2?: number
}> = (tf, { initialAccumulator = 0.1, l1 = 0, l2 = 0 }) => ({
  begin(weight, rate) {
    const pull = Math.sqrt(initialAccumulator) / rate + 2 * l2
    return {
      sum: tf.fill(weight.shape, initialAccumulator),
      linear: tf.sub(tf.mul(weight, -pull), tf.mul(tf.sign(weight), l1)),
    }
  },
  update({ weight, gradient, slots, rate }) {
    const sum = tf.add(slots.sum!, tf.square(gradient))
    const [root, before] = [tf.sqrt(sum), tf.sqrt(slots.sum!)]
    const sigma = tf.div(tf.sub(root, before), rate)
    const linear = tf.add(slots.linear!, tf.sub(gradient, tf.mul(sigma, weight)))
    const quadratic = tf.add(tf.div(root, rate), 2 * l2)
    const beyond = tf.sub(tf.clipByValue(linear, -l1, l1), linear)
    return { weight: tf.div(beyond, quadratic), slots: { sum, linear } }
  },
})
