import { availableParallelism } from 'node:os'
import { type Assembled, assemble, type SplitWish } from '../../lib/dataset/assemble.ts'
import { layOut } from '../../lib/dataset/layout.ts'
import { Problem } from '../../lib/problem.ts'
import type { Blobs } from '../blobs/blobs.ts'
import { progressMeter } from '../features/progress.ts'
import { type StartDecoder, startDecoder } from './decoder/start.ts'
import { runDecoders } from './decoders.ts'
import { scanSource } from './source/scan.ts'

export type ImportProgress = {
  readonly done: number
  readonly total: number
  /** Over the last seconds; 0 until there is something to go by. */
  readonly imagesPerSecond: number
  readonly etaSeconds?: number
}

export type Import = {
  /** A folder or a zip. */
  readonly source: string
  readonly blobs: Blobs
  readonly split?: SplitWish
  /** Decoding processes at most; one per core by default. */
  readonly processes?: number
  readonly onProgress?: (progress: ImportProgress) => void
  readonly signal?: AbortSignal
  readonly startDecoder?: StartDecoder
}

/** Fewer pictures than this per process are not worth starting one for. */
const WORTH_A_PROCESS = 24

/**
 * Pictures of a folder or a zip to a dataset that has no name yet: decoded once, hashed, thumbnailed, split, every file
 * accounted for. It writes blobs only, so that nothing is visible until the caller stores the result, in one transaction.
 *
 * @throws Problem `import/not-found`, `import/no-pictures`, `import/one-class`, `import/bad-shares`,
 * `import/decoder-died`, `zip/damaged`, `blobs/disk-full`; the signal's reason when it is aborted.
 */
export async function importPictures(wanted: Import): Promise<Assembled> {
  const { source, blobs, split = {}, signal, onProgress = () => undefined } = wanted
  signal?.throwIfAborted()
  refuseBadShares(split)
  const scanned = await scanSource(source, signal)
  const layout = layOut([...scanned.files.keys()])
  const total = layout.placed.length
  const most = wanted.processes ?? availableParallelism()
  const meter = progressMeter({ total, fromCache: 0 }, ({ fromCache: _, ...progress }) =>
    onProgress(progress),
  )
  meter(0)
  const decoded = await runDecoders({
    files: layout.placed.map(({ file }) => scanned.files.get(file)!),
    dataDir: blobs.dataDir,
    processes: Math.max(1, Math.min(most, Math.floor(total / WORTH_A_PROCESS))),
    start: wanted.startDecoder ?? startDecoder,
    onDecoded: meter,
    signal,
  })
  return assemble({ ...layout, skipped: [...scanned.skipped, ...layout.skipped] }, decoded, split)
}

function refuseBadShares({ shares, validationShare = 0 }: SplitWish): void {
  const { train, validation, test } = shares ?? { train: 1, validation: 0, test: 0 }
  const inOrder = [train, validation, test].every((share) => share >= 0 && share < Number.POSITIVE_INFINITY)
  if (inOrder && train > 0 && validationShare >= 0 && validationShare < 1) return
  throw new Problem('import/bad-shares', {
    says: `Pictures can't be split ${train} : ${validation} : ${test}, with ${validationShare} of train held out.`,
    advice: 'Shares are 0 or more and train is above 0; the held-out share is at least 0 and below 1.',
  })
}
