import type { Mixed } from '../regularise.ts'
import type { DeviceGroup } from './device-group.ts'
import { type Shard, shardOf } from './shard.ts'

/** What one device does of a batch. */
export type BatchShare = {
  /** Rows of the source: the whole batch. */
  readonly rows: Int32Array
  /** Which of them are this device's. */
  readonly own: Shard
  /** Rows that it reads: its own, then the partners that they are mixed with and that are not among them. */
  readonly reads: Int32Array
  /** For each of its own, how it is mixed: `partner` counts in `reads`. */
  readonly mixed?: Mixed | undefined
  /** For all of the batch: `partner` counts in `rows`. */
  readonly mixedBatch?: Mixed | undefined
}

/** A device's equal share of a batch. */
export function shareOfBatch(
  rows: Int32Array,
  { rank, size }: Pick<DeviceGroup, 'rank' | 'size'>,
  mixedBatch?: Mixed,
): BatchShare {
  const own = shardOf(rows.length, { part: rank, parts: size })
  if (!mixedBatch) return { rows, own, reads: rows.slice(own.from, own.to) }
  const reads = Array.from({ length: own.to - own.from }, (_, i) => own.from + i)
  const places = new Map(reads.map((position, place) => [position, place]))
  const partner = mixedBatch.partner.slice(own.from, own.to).map((position) => {
    const known = places.get(position)
    if (known !== undefined) return known
    places.set(position, reads.length)
    return reads.push(position) - 1
  })
  return {
    rows,
    own,
    reads: Int32Array.from(reads, (position) => rows[position]!),
    mixed: { share: mixedBatch.share, partner },
    mixedBatch,
  }
}
