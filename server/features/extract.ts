import type { BackboneGraph, TensorId } from '../../lib/backbone/graph.ts'
import { shapesOf } from '../../lib/backbone/shapes.ts'
import { countLooks, type Looks } from '../../lib/classify/look.ts'
import type { Preprocessing } from '../../lib/preprocess/preprocessing.ts'
import { Problem } from '../../lib/problem.ts'
import type { Device } from '../devices/device.ts'
import type { PictureFile, WeightsSource } from './extractor/messages.ts'
import { type StartExtractor, startExtractor } from './extractor/start.ts'
import { featureKey } from './feature-key.ts'
import { type Filling, fillCaches, openCaches, type Sharing } from './fill-caches.ts'
import type { ExtractionProgress } from './progress.ts'

export type Extraction = {
  /** sha256 and file of each picture; the same picture may come twice. */
  readonly pictures: readonly Pick<PictureFile, 'hash' | 'path'>[]
  readonly graph: BackboneGraph
  /** What is extracted: one vector per picture. The graph's features by default. */
  readonly cut?: TensorId
  /** Where the extractors read the weights, and the hash that they must have. */
  readonly weights: { readonly source: WeightsSource; readonly hash: string }
  readonly preprocessing: Preprocessing
  /** `whole` by default; several looks give their vectors one after the other. */
  readonly looks?: Looks
  readonly cacheDir: string
  readonly sharing?: Sharing
  /** Which devices extract; all of the machine by default. */
  readonly devices?: readonly Device[]
  /** Of each extractor process; one, the default, is the fastest. */
  readonly threadsPerProcess?: number
  readonly onProgress?: (progress: ExtractionProgress) => void
  readonly signal?: AbortSignal
}

export type Extracted = {
  /** `[pictures, width]`, in the order of the pictures; with several looks `[pictures, looks · width of one]`. */
  readonly features: Float32Array
  readonly width: number
  readonly fromCache: number
}

/**
 * Features of pictures: from the cache where they are there, the rest by extractor processes that fill the cache.
 *
 * @throws Problem `features/not-a-vector`, `engines/absent`, and what {@link fillCaches} throws.
 */
export async function extractFeatures(
  extraction: Extraction,
  start: StartExtractor = startExtractor,
): Promise<Extracted> {
  extraction.signal?.throwIfAborted()
  const { caches, fromCache } = await fillCaches(await fillingOf(extraction), start)
  const [cache] = caches
  try {
    const features = await cache!.load(extraction.pictures.map(({ hash }) => hash))
    return { features, width: cache!.width, fromCache }
  } finally {
    cache!.close()
  }
}

/** Sees to it that the features of pictures are in the cache. @throws as {@link extractFeatures}. */
export async function fillFeatures(
  extraction: Extraction,
  start: StartExtractor = startExtractor,
): Promise<void> {
  extraction.signal?.throwIfAborted()
  const { caches } = await fillCaches(await fillingOf(extraction), start)
  caches[0]!.close()
}

/** Pictures, each once, whose features are neither in the cache nor shared by another machine. */
export async function missingFeatures(extraction: Extraction): Promise<string[]> {
  const [cache] = await openCaches(await fillingOf(extraction))
  const distinct = [...new Set(extraction.pictures.map(({ hash }) => hash))]
  const missing = distinct.filter((hash) => !cache!.has(hash))
  cache!.close()
  return missing
}

async function fillingOf(extraction: Extraction): Promise<Filling> {
  const { graph, cut = graph.features, weights, looks = 'whole', preprocessing } = extraction
  const key = await featureKey({
    graph,
    weightsHash: weights.hash,
    cut: [cut],
    preprocessing,
    looks,
    precision: 'float32',
  })
  const width = countLooks(looks) * vectorLength(graph, cut)
  return { ...extraction, rows: { kind: 'looks', cut, looks }, width, views: [{ key }] }
}

/** Maps are read batch by batch: see `tensors/tensor-views.ts`. */
function vectorLength(graph: BackboneGraph, cut: TensorId): number {
  const shape = shapesOf(graph).get(cut)
  if (shape?.length === 1) return shape[0]!
  throw new Problem('features/not-a-vector', {
    says: `Features can't be taken at "${cut}": it ${shape ? `has the shape [${shape.join(', ')}]` : 'is not in the graph'}.`,
    advice: `Take them where there is one vector per picture, as at "${graph.features}".`,
  })
}
