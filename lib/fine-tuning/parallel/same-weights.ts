import type { WeightTensor } from '../../backbone/graph.ts'
import { Problem } from '../../problem.ts'
import type { DeviceGroup } from './device-group.ts'

/**
 * Sees to it that all devices hold the same weights, bit for bit: each steps by itself, on the same gradient.
 *
 * @throws Problem `training/devices-apart`, on every device.
 */
export async function demandSame(group: DeviceGroup, weights: Iterable<WeightTensor>): Promise<void> {
  if (group.size === 1) return
  const digests = new Float64Array(group.size)
  digests[group.rank] = digestOf(weights)
  await group.sum(digests)
  if (digests.every((digest) => digest === digests[0])) return
  throw new Problem('training/devices-apart', {
    says: `The ${group.size} devices of the run no longer hold the same weights: one of them computes something else.`,
    advice:
      'Start the run again, on devices of one kind; if it happens again, on a single one, and report it.',
  })
}

/** FNV-1a over the bits of all numbers. */
function digestOf(weights: Iterable<WeightTensor>): number {
  let hash = 0x811c9dc5
  for (const { data } of weights) {
    const words = new Uint32Array(data.buffer, data.byteOffset, data.length)
    for (let i = 0; i < words.length; i++) hash = Math.imul(hash ^ words[i]!, 0x01000193)
  }
  return hash
}
