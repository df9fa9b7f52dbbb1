import type { TensorId } from '../backbone/graph.ts'
import { shuffle } from '../training/random.ts'
import type { Tensor, Tf } from './kernels.ts'
import { symmetricBeta } from './random.ts'

/** How the pictures of a batch are mixed: `share` of each, the rest of its partner. */
export type Mixed = { readonly share: number; readonly partner: Int32Array }

/** Mixup (Zhang et al. 2018, arXiv:1710.09412): one share per batch from Beta(α, α), each picture with another at random. */
export function drawMix(alpha: number, count: number, random: () => number): Mixed {
  const partner = Int32Array.from({ length: count }, (_, i) => i)
  const share = symmetricBeta(random, alpha)
  shuffle(partner, random)
  return { share, partner }
}

/** The batch mixed, pixels and cached maps alike; what was given is freed. */
export function mixTensors(
  tf: Tf,
  tensors: ReadonlyMap<TensorId, Tensor>,
  { share, partner }: Mixed,
): Map<TensorId, Tensor> {
  const indices = tf.tensor1d(partner, 'int32')
  const mix = (tensor: Tensor) =>
    tf.tidy(() => tf.add(tf.mul(tensor, share), tf.mul(tf.gather(tensor, indices), 1 - share)))
  const mixed = new Map([...tensors].map(([id, tensor]) => [id, mix(tensor)]))
  tf.dispose([indices, ...tensors.values()])
  return mixed
}

/** Dropout's factors, `[count, width]`: 0 for what is dropped, 1 / (1 − rate) for the rest, so that the mean stays. */
export function dropoutMask(
  tf: Tf,
  rate: number,
  [count, width]: readonly [number, number],
  random: () => number,
): Tensor {
  const kept = 1 / (1 - rate)
  return tf.tensor2d(
    Float32Array.from({ length: count * width }, () => (random() < rate ? 0 : kept)),
    [count, width],
  )
}
