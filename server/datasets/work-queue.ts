/** Which picture is with which decoder, and what happens to the ones that a decoder had when it died. */
export type WorkQueue = {
  readonly total: number
  readonly done: number
  /** The next picture for a decoder, or undefined while it has enough, or has one that must be alone. */
  take(decoder: number): number | undefined
  finish(decoder: number, index: number): void
  /**
   * A decoder died. What it had is tried again, each picture alone; returns the one that was alone already, which is
   * done then: it has killed twice.
   */
  died(decoder: number): number | undefined
}

/** Enough that a decoder never waits for the next one, few enough that little is tried again. */
const IN_FLIGHT = 6

export function workQueue(total: number): WorkQueue {
  const suspects: number[] = []
  const held = new Map<number, { alone: boolean; pictures: Set<number> }>()
  let next = 0
  let done = 0
  const heldBy = (decoder: number) => {
    const mine = held.get(decoder) ?? { alone: false, pictures: new Set<number>() }
    held.set(decoder, mine)
    return mine
  }
  return {
    total,
    get done() {
      return done
    },
    take(decoder) {
      const mine = heldBy(decoder)
      if (mine.pictures.size === 0) mine.alone = suspects.length > 0
      else if (mine.alone || mine.pictures.size >= IN_FLIGHT) return undefined
      const index = mine.alone ? suspects.shift() : next < total ? next++ : undefined
      if (index !== undefined) mine.pictures.add(index)
      return index
    },
    finish(decoder, index) {
      if (heldBy(decoder).pictures.delete(index)) done++
    },
    died(decoder) {
      const { alone, pictures } = heldBy(decoder)
      held.delete(decoder)
      const [only] = pictures
      if (alone && only !== undefined) {
        done++
        return only
      }
      suspects.push(...pictures)
      return undefined
    },
  }
}
