import type { BackboneGraph } from '../../lib/backbone/graph.ts'
import type { Preprocessing } from '../../lib/preprocess/preprocessing.ts'
import type { Device } from '../devices/device.ts'
import type { SharedFiles } from '../objects/shared-files.ts'
import { type FeatureCache, openFeatureCache } from './cache/cache.ts'
import type { FeatureKey } from './cache/key.ts'
import type { PictureFile, Rows, View, WeightsSource } from './extractor/messages.ts'
import { type StartExtractor, startExtractor } from './extractor/start.ts'
import { extractorDevices, wholeProcessor } from './extractor-devices.ts'
import { runExtractors } from './extractors.ts'
import { type ExtractionProgress, progressMeter } from './progress.ts'
import { obtainPictures, publishSegments, pullSegments } from './shared-segments.ts'

export type Filling = {
  /** sha256 and file of each picture; the same picture may come twice. */
  readonly pictures: readonly Pick<PictureFile, 'hash' | 'path'>[]
  readonly graph: BackboneGraph
  readonly rows: Rows
  /** 32-bit words per row. */
  readonly width: number
  /** A cache per view. */
  readonly views: readonly { readonly key: FeatureKey; readonly random?: View['random'] }[]
  readonly weights: { readonly source: WeightsSource; readonly hash: string }
  readonly preprocessing: Preprocessing
  readonly cacheDir: string
  /** Where other machines take part. */
  readonly sharing?: Sharing | undefined
  /** All of the machine by default. */
  readonly devices?: readonly Device[] | undefined
  /** Of each extractor; one is the fastest. */
  readonly threadsPerProcess?: number | undefined
  readonly onProgress?: ((progress: ExtractionProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Pictures and segments that other machines have, and that they may have of ours. */
export type Sharing = {
  readonly files: SharedFiles
  /** Sees to it that a picture is on this machine. */
  readonly obtain: (hash: string) => Promise<unknown>
}

export type Filled = {
  /** One per view, in their order. */
  readonly caches: readonly FeatureCache[]
  /** Pictures of which every view was there. */
  readonly fromCache: number
}

/** Fewer pictures than this per process are not worth starting one for. */
const WORTH_A_PROCESS = 24

/** The cache of each view, with what other machines have shared of it. */
export async function openCaches({ cacheDir, views, width, sharing }: Filling): Promise<FeatureCache[]> {
  const caches = await Promise.all(views.map(({ key }) => openFeatureCache(cacheDir, key, width)))
  if (sharing?.files.place === undefined) return caches
  for (const cache of caches) {
    await pullSegments(sharing.files, cache.folder)
    await cache.refresh()
  }
  return caches
}

/**
 * Sees to it that every view of every picture is in its cache: what is missing is computed by extractor processes. However
 * it ends, what was computed is kept, and the next call goes on from there.
 *
 * @throws Problem `features/unreadable`, `features/extractor-died`, `features/disk-full`, `features/other-weights`; the
 * signal's reason when it is aborted.
 */
export async function fillCaches(filling: Filling, start: StartExtractor = startExtractor): Promise<Filled> {
  const { graph, rows, width, views, weights, preprocessing, sharing, signal } = filling
  signal?.throwIfAborted()
  const caches = await openCaches(filling)
  const distinct = [...new Map(filling.pictures.map((picture) => [picture.hash, picture])).values()]
  const missing = distinct.flatMap(({ hash, path }): PictureFile[] => {
    const lacking = caches.flatMap((cache, index) => (cache.has(hash) ? [] : [index]))
    return lacking.length > 0 ? [{ hash, path, views: lacking }] : []
  })
  const fromCache = distinct.length - missing.length
  const meter = progressMeter({ total: distinct.length, fromCache }, filling.onProgress ?? (() => undefined))
  meter(0)
  if (missing.length > 0) {
    if (sharing?.files.place) await obtainPictures(missing, sharing.obtain)
    const enough = Math.max(1, Math.floor(missing.length / WORTH_A_PROCESS))
    await runExtractors({
      assignment: {
        graph,
        rows,
        views: caches.map(({ folder }, i) => ({
          folder,
          ...(views[i]!.random && { random: views[i]!.random }),
        })),
        weights,
        preprocessing,
        width,
        threads: filling.threadsPerProcess ?? 1,
      },
      pictures: missing,
      devices: extractorDevices(filling.devices ?? [wholeProcessor()], filling).slice(0, enough),
      start,
      onExtracted: meter,
      signal,
    })
    await Promise.all(caches.map((cache) => cache.refresh()))
    if (sharing) for (const { folder } of caches) await publishSegments(sharing.files, folder)
  }
  return { caches, fromCache }
}
