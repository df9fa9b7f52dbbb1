import type { Tensor, Tf } from './kernels.ts'
import type { NetworkOnDevice } from './network-on-device.ts'
import type { Optimizer } from './optimizers/optimizer.ts'
import type { TrainingSettings } from './settings.ts'

type Rates = {
  /** Of weights without a multiplier. */
  readonly rate: number
  /** Steps of this phase, this one included. */
  readonly step: number
  /** What the gradients are scaled by. */
  readonly scale: number
}

/** Moves every weight that has a gradient; the gradients are freed. */
export function moveWeights(
  { device: { tf }, weights, groupOf }: NetworkOnDevice,
  optimizer: Optimizer,
  settings: TrainingSettings,
  gradients: ReadonlyMap<string, Tensor>,
  { rate: whole, step, scale }: Rates,
): void {
  const { kind, amount = 0, everything = false } = settings.weightDecay ?? {}
  for (const [name, given] of gradients) {
    const weight = weights.tensors.get(name)!
    // Batch norm and biases are the vectors.
    const decay = everything || weight.rank > 1 ? amount : 0
    const rate = whole * (settings.rateMultipliers?.[groupOf(name)] ?? 1)
    const gradient = tf.tidy(() => {
      const clipped = scale < 1 ? tf.mul(given, scale) : given
      return kind === 'l2' && decay > 0 ? tf.add(clipped, tf.mul(weight, decay)) : clipped
    })
    const shrink = kind === 'decoupled' ? rate * decay : 0
    if (rate !== 0) weights.replace(name, optimizer.move({ name, weight, gradient, rate, step, shrink }))
    given.dispose()
    if (gradient !== given) gradient.dispose()
  }
}

/** What brings the gradient of all weights together down to `longest`; NaN where it is no number. */
export async function clipScale(
  tf: Tf,
  gradients: ReadonlyMap<string, Tensor>,
  longest: number,
): Promise<number> {
  const sum = tf.tidy(() => tf.addN([...gradients.values()].map((gradient) => tf.sum(tf.square(gradient)))))
  const [square = 0] = await sum.data()
  sum.dispose()
  return longest / Math.max(longest, Math.sqrt(square))
}

/** moving ← (1 − m)·moving + m·batch, with the variance over n − 1: as PyTorch does. What was `found` is freed. */
export function followStatistics(
  { device: { tf }, weights, statistics }: NetworkOnDevice,
  found: ReadonlyMap<string, Tensor>,
  share: number,
): void {
  for (const name of statistics) {
    const batch = found.get(name)!
    const moving = weights.tensors.get(name)!
    const next = tf.tidy(() => tf.add(tf.mul(moving, 1 - share), tf.mul(batch, share)))
    weights.replace(name, next)
    batch.dispose()
  }
}
