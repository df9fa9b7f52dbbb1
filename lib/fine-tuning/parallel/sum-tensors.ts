import type { Tensor } from '../kernels.ts'
import type { NetworkOnDevice } from '../network-on-device.ts'
import type { DeviceGroup } from './device-group.ts'

/** Sums tensors by name over all devices: takes what is given, and gives tensors of the same names. */
export type SumTensors = (given: ReadonlyMap<string, Tensor>) => Promise<Map<string, Tensor>>

/**
 * Sums what a step wants to do to the weights over all devices. A device without pictures in a batch gives nothing, which
 * counts as zeros.
 *
 * @param names of weights: what is summed has their shapes.
 */
export function sumTensors(
  { device: { tf }, weights }: Pick<NetworkOnDevice, 'device' | 'weights'>,
  names: readonly string[],
  group: DeviceGroup,
): SumTensors {
  if (group.size === 1) return async (given) => new Map(given)
  const places: { name: string; shape: number[]; from: number; to: number }[] = []
  let words = 0
  for (const name of names) {
    const { size, shape } = weights.tensors.get(name)!
    places.push({ name, shape, from: words, to: words + size })
    words += size
  }
  const all = new Float32Array(words)
  return async (given) => {
    await Promise.all(
      places.map(async ({ name, from, to }) => {
        const tensor = given.get(name)
        if (tensor) all.set((await tensor.data()) as Float32Array, from)
        else all.fill(0, from, to)
      }),
    )
    tf.dispose([...given.values()])
    await group.sum(all)
    return new Map(
      // Copies: an engine may read a tensor's values later, when the next step has written over them.
      places.map(({ name, shape, from, to }) => [name, tf.tensor(all.slice(from, to), shape, 'float32')]),
    )
  }
}
