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

/**
 * Pictures mixed with their partners, pixels and cached maps alike; what was given is freed.
 *
 * @param tensors the pictures that are mixed, then others that are only partners.
 */
export function mixTensors(
  tf: Tf,
  tensors: ReadonlyMap<TensorId, Tensor>,
  { share, partner }: Mixed,
): Map<TensorId, Tensor> {
  const indices = tf.tensor1d(partner, 'int32')
  const mix = (tensor: Tensor) =>
    tf.tidy(() => {
      const own = tensor.shape[0] === partner.length ? tensor : firstOf(tf, tensor, partner.length)
      return tf.add(tf.mul(own, share), tf.mul(tf.gather(tensor, indices), 1 - share))
    })
  const mixed = new Map([...tensors].map(([id, tensor]) => [id, mix(tensor)]))
  tf.dispose([indices, ...tensors.values()])
  return mixed
}

function firstOf(tf: Tf, tensor: Tensor, count: number): Tensor {
  return tf.slice(tensor, 0, [count, ...tensor.shape.slice(1)])
}

/**
 * Dropout's factors, `[rows, width]`: 0 for what is dropped, 1 / (1 − rate) for the rest, so that the mean stays. Each row
 * has a generator of its own: what a picture loses does not depend on who shares its batch or device.
 */
export function dropoutMask(
  tf: Tf,
  rate: number,
  width: number,
  rows: Int32Array,
  randomOf: (row: number) => () => number,
): Tensor {
  const kept = 1 / (1 - rate)
  const mask = new Float32Array(rows.length * width)
  for (const [i, row] of rows.entries()) {
    const random = randomOf(row)
    for (let k = 0; k < width; k++) mask[i * width + k] = random() < rate ? 0 : kept
  }
  return tf.tensor2d(mask, [rows.length, width])
}
