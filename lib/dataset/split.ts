import { byCodePoint } from './code-points.ts'
import { SPLITS, type Split } from './dataset.ts'
import { groupBy } from './group-by.ts'

export type Shares = Readonly<Record<Split, number>>

/** Of a source without a split. */
export const DEFAULT_SHARES: Shares = { train: 0.7, validation: 0.15, test: 0.15 }
/** Of train, where a source has no validation pictures. */
export const DEFAULT_VALIDATION_SHARE = 0.15

/** Who comes first where a class has fewer pictures than there are splits. */
const PRIORITY: readonly Split[] = ['train', 'test', 'validation']

type Splittable = { readonly hash: string; readonly className: string }

/**
 * Splits pictures class by class. A picture's place depends on its content, its class-mates and the seed alone, not on
 * names or order. Each class has its shares to the nearest picture, and at least one picture in each split with a share
 * as long as it has enough of them, train first.
 *
 * @returns the split of each picture, in the order of the pictures.
 */
export function stratify(
  pictures: readonly Splittable[],
  { seed, shares }: { seed: number; shares: Shares },
): Split[] {
  const classes = groupBy(pictures.keys(), (index) => pictures[index]!.className)
  const splits: Split[] = new Array(pictures.length)
  for (const members of classes.values()) {
    const drawn = members
      .map((index) => ({ index, hash: pictures[index]!.hash, lot: lot(seed, pictures[index]!.hash) }))
      .sort((a, b) => a.lot - b.lot || byCodePoint(a.hash, b.hash))
    const counts = apportion(members.length, shares)
    let next = 0
    for (const split of SPLITS) {
      for (let n = 0; n < counts[split]; n++) splits[drawn[next++]!.index] = split
    }
  }
  return splits
}

/** `count` pictures by shares: largest remainders, then at least one for each share in order of priority. */
export function apportion(count: number, shares: Shares): Record<Split, number> {
  const total = SPLITS.reduce((sum, split) => sum + shares[split], 0)
  const exact = (split: Split) => (count * shares[split]) / total
  const wanted = PRIORITY.filter((split) => shares[split] > 0)
  const counts = { train: 0, validation: 0, test: 0 }
  for (const split of wanted) counts[split] = Math.floor(exact(split) + 1e-9)
  const left = count - SPLITS.reduce((sum, split) => sum + counts[split], 0)
  const byRemainder = [...wanted].sort((a, b) => exact(b) - counts[b] - (exact(a) - counts[a]))
  for (let n = 0; n < left; n++) counts[byRemainder[n % byRemainder.length]!]++
  for (const split of wanted.slice(0, count)) {
    if (counts[split] > 0) continue
    const richest = wanted.toReversed().sort((a, b) => counts[b] - counts[a])[0]!
    counts[richest]--
    counts[split]++
  }
  return counts
}

/** A number drawn for a picture: 32 bits of its hash mixed with the seed (FNV-1a, then murmur3's finalizer). */
function lot(seed: number, hash: string): number {
  let mixed = 0x811c9dc5
  for (const unit of `${seed}:${hash}`) mixed = Math.imul(mixed ^ unit.charCodeAt(0), 0x01000193)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
