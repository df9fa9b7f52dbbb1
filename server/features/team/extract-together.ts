import { type Extraction, fillFeatures, missingFeatures } from '../extract.ts'
import { type ExtractionProgress, progressMeter } from '../progress.ts'
import type { Team, TeamTask } from './team.ts'

/** Pictures of a part: seconds of work, so that a slow machine is not waited for long. */
const SLICE = 256

/**
 * Features into the cache with the help of other machines: everyone takes the next part that is free, publishes what came of
 * it, and is told what the others did. What is missing even then is left to the caller.
 *
 * @returns how many pictures were done so, by whomever.
 * @throws as {@link fillFeatures}.
 */
export async function extractTogether(extraction: Extraction, task: TeamTask, team: Team): Promise<number> {
  const missing = await missingFeatures(extraction)
  if (missing.length <= SLICE) return 0
  const total = new Set(extraction.pictures.map(({ hash }) => hash)).size
  const meter = progressMeter({ total, fromCache: total - missing.length }, extraction.onProgress ?? silent)
  const pathOf = new Map(extraction.pictures.map(({ hash, path }) => [hash, path]))
  const slices = Array.from({ length: Math.ceil(missing.length / SLICE) }, (_, i) =>
    missing.slice(i * SLICE, (i + 1) * SLICE),
  )
  const offer = await team.offer(task, slices)
  const takePart = async () => {
    for (let slice = await offer.next(); slice; slice = await offer.next()) {
      // Parts before this one are done, or under way elsewhere.
      const before = slice.index * SLICE
      await fillFeatures({
        ...extraction,
        pictures: slice.pictures.map((hash) => ({ hash, path: pathOf.get(hash)! })),
        onProgress: ({ done, fromCache }: ExtractionProgress) => meter(before + done - fromCache),
      })
      await offer.done(slice.index)
    }
  }
  try {
    await takePart()
    await offer.settled()
    // Of machines that are gone.
    await takePart()
    return missing.length
  } finally {
    await offer.close()
  }
}

const silent = () => undefined
