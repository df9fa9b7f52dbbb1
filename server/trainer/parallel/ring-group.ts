import type { DeviceGroup } from '../../../lib/fine-tuning/parallel/device-group.ts'
import { ringSteps } from '../../../lib/fine-tuning/parallel/ring.ts'
import { shardOf } from '../../../lib/fine-tuning/parallel/shard.ts'
import type { Channel } from './channel.ts'

type Values = Float32Array | Float64Array

export type Ring = {
  readonly rank: number
  readonly size: number
  /** To the next device, and from the one before. */
  readonly next: Channel
  readonly previous: Channel
}

/** A process of the ring is gone, or the processes are out of step. */
export class RingBroken extends Error {
  constructor(cause: unknown) {
    super('a device of the group can no longer be reached', { cause })
    this.name = 'RingBroken'
  }
}

/** Devices whose processes hand their values around in a ring. Its `sum` rejects with {@link RingBroken}. */
export function ringGroup({ rank, size, next, previous }: Ring): DeviceGroup {
  let spare: Values = new Float32Array(0)

  /** What comes in is put here before it is added. */
  function spareFor(values: Values): Values {
    if (spare.constructor !== values.constructor || spare.length < values.length)
      spare =
        values instanceof Float32Array ? new Float32Array(values.length) : new Float64Array(values.length)
    return spare.subarray(0, values.length)
  }

  return {
    rank,
    size,
    async sum(values) {
      const chunk = (part: number) => {
        const { from, to } = shardOf(values.length, { part, parts: size })
        return values.subarray(from, to)
      }
      for (const step of ringSteps(rank, size)) {
        const [out, place] = [chunk(step.send), chunk(step.receive)]
        const came = step.adds ? spareFor(place) : place
        await Promise.all([
          out.length > 0 && next.send(bytesOf(out)),
          came.length > 0 && previous.receive(bytesOf(came)),
        ]).catch((cause: unknown) => {
          throw new RingBroken(cause)
        })
        if (step.adds) for (let i = 0; i < place.length; i++) place[i]! += came[i]!
      }
    },
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Values): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
