import type { PictureFile } from './extractor/messages.ts'

/** How many pictures are handed over at a time; an extractor has at most twice as many. */
const CHUNK = 8

/** The pictures still to do, and who has which: extractors come for more when they run short. */
export type WorkList = {
  readonly total: number
  readonly done: number
  /** Pictures for an extractor that has little left; empty when it has enough, or nothing is left. */
  take(extractor: number): PictureFile[]
  finish(extractor: number, hash: string): void
  /** An extractor died: what it had goes back to the front. Returns it. */
  giveBack(extractor: number): PictureFile[]
}

export function workList(pictures: readonly PictureFile[]): WorkList {
  const waiting = [...pictures].reverse()
  const taken = new Map<number, Map<string, PictureFile>>()
  let done = 0
  const takenBy = (extractor: number) => {
    const list = taken.get(extractor) ?? new Map<string, PictureFile>()
    taken.set(extractor, list)
    return list
  }
  return {
    total: pictures.length,
    get done() {
      return done
    },
    take(extractor) {
      const list = takenBy(extractor)
      if (list.size > CHUNK) return []
      const chunk = waiting.splice(-CHUNK).reverse()
      for (const picture of chunk) list.set(picture.hash, picture)
      return chunk
    },
    finish(extractor, hash) {
      if (takenBy(extractor).delete(hash)) done++
    },
    giveBack(extractor) {
      const list = [...takenBy(extractor).values()]
      taken.delete(extractor)
      waiting.push(...list.toReversed())
      return list
    },
  }
}
