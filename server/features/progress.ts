/** How far an extraction is. */
export type ExtractionProgress = {
  /** Pictures whose features are there, `fromCache` included. */
  readonly done: number
  readonly total: number
  readonly fromCache: number
  /** Over the last seconds; 0 until there is something to go by. */
  readonly imagesPerSecond: number
  /** Undefined until there is something to go by. */
  readonly etaSeconds?: number
}

const WINDOW_MS = 5_000
const EVERY_MS = 200

/**
 * Turns counts into progress, five times a second at most, and always at the start and the end.
 *
 * `now` is a monotonic clock in milliseconds.
 */
export function progressMeter(
  { total, fromCache }: { total: number; fromCache: number },
  report: (progress: ExtractionProgress) => void,
  now: () => number = () => performance.now(),
): (extracted: number) => void {
  const marks: { at: number; extracted: number }[] = []
  return (extracted) => {
    const at = now()
    const last = marks.at(-1)
    if (last && at - last.at < EVERY_MS && fromCache + extracted < total) return
    marks.push({ at, extracted })
    while (marks.length > 2 && at - marks[1]!.at >= WINDOW_MS) marks.shift()
    const first = marks[0]!
    const seconds = (at - first.at) / 1000
    const imagesPerSecond = seconds > 0 ? (extracted - first.extracted) / seconds : 0
    const done = fromCache + extracted
    const eta = imagesPerSecond > 0 ? { etaSeconds: (total - done) / imagesPerSecond } : {}
    report({ done, total, fromCache, imagesPerSecond, ...eta })
  }
}
