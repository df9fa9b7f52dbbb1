import { availableParallelism } from 'node:os'
import type { BackboneGraph, TensorId } from '../../lib/backbone/graph.ts'
import { shapesOf } from '../../lib/backbone/shapes.ts'
import { countLooks, type Looks } from '../../lib/classify/look.ts'
import { EMITTER_VERSION } from '../../lib/onnx/emit.ts'
import { PREPROCESS_VERSION } from '../../lib/preprocess/preprocess.ts'
import type { Preprocessing } from '../../lib/preprocess/preprocessing.ts'
import { Problem } from '../../lib/problem.ts'
import { DECODER_VERSION } from '../datasets/decoder/decode.ts'
import { onnxruntimeEngine } from '../engines/onnxruntime/engine.ts'
import { openFeatureCache } from './cache/cache.ts'
import { type FeatureKey, hashOf } from './cache/key.ts'
import type { PictureFile, WeightsSource } from './extractor/messages.ts'
import { type StartExtractor, startExtractor } from './extractor/start.ts'
import { runExtractors } from './extractors.ts'
import { type ExtractionProgress, progressMeter } from './progress.ts'

export type Extraction = {
  /** sha256 and file of each picture; the same picture may come twice. */
  readonly pictures: readonly PictureFile[]
  readonly graph: BackboneGraph
  /** What is extracted: one vector per picture. The graph's features by default. */
  readonly cut?: TensorId
  /** Where the extractors read the weights, and the hash that they must have. */
  readonly weights: { readonly source: WeightsSource; readonly hash: string }
  readonly preprocessing: Preprocessing
  /** `whole` by default; several looks give their vectors one after the other. */
  readonly looks?: Looks
  readonly cacheDir: string
  /** Extractor processes at most; one per core by default. */
  readonly processes?: number
  readonly onProgress?: (progress: ExtractionProgress) => void
  readonly signal?: AbortSignal
}

export type Extracted = {
  /** `[pictures, width]`, in the order of the pictures; with several looks `[pictures, looks · width of one]`. */
  readonly features: Float32Array
  readonly width: number
  readonly fromCache: number
}

/** Fewer pictures than this per process are not worth starting one for. */
const WORTH_A_PROCESS = 24

/**
 * Features of pictures: from the cache where they are there, the rest by extractor processes that fill the cache.
 * However it ends, what was extracted is kept, and the next call goes on from there.
 *
 * @throws Problem `features/unreadable`, `features/extractor-died`, `features/disk-full`, `features/other-weights`,
 * `features/not-a-vector`, `engines/absent`; the signal's reason when it is aborted.
 */
export async function extractFeatures(
  extraction: Extraction,
  start: StartExtractor = startExtractor,
): Promise<Extracted> {
  const {
    pictures,
    graph,
    cut = graph.features,
    weights,
    preprocessing,
    looks = 'whole',
    signal,
  } = extraction
  signal?.throwIfAborted()
  const width = countLooks(looks) * vectorLength(graph, cut)
  const cache = await openFeatureCache(extraction.cacheDir, await keyOf(extraction, cut, looks), width)
  const distinct = [...new Map(pictures.map((picture) => [picture.hash, picture])).values()]
  const missing = distinct.filter(({ hash }) => !cache.has(hash))
  const fromCache = distinct.length - missing.length
  const meter = progressMeter(
    { total: distinct.length, fromCache },
    extraction.onProgress ?? (() => undefined),
  )
  meter(0)
  if (missing.length > 0) {
    const most = extraction.processes ?? availableParallelism()
    await runExtractors({
      assignment: { graph, cut, weights, preprocessing, looks, folder: cache.folder, width },
      pictures: missing,
      processes: Math.max(1, Math.min(most, Math.floor(missing.length / WORTH_A_PROCESS))),
      start,
      onExtracted: meter,
      signal,
    })
    await cache.refresh()
  }
  return { features: await cache.load(pictures.map(({ hash }) => hash)), width, fromCache }
}

/** Maps have a cache of their own one day; today only vectors are cached. */
function vectorLength(graph: BackboneGraph, cut: TensorId): number {
  const shape = shapesOf(graph).get(cut)
  if (shape?.length === 1) return shape[0]!
  throw new Problem('features/not-a-vector', {
    says: `Features can't be taken at "${cut}": it ${shape ? `has the shape [${shape.join(', ')}]` : 'is not in the graph'}.`,
    advice: `Take them where there is one vector per picture, as at "${graph.features}".`,
  })
}

async function keyOf(
  { graph, weights, preprocessing }: Extraction,
  cut: TensorId,
  looks: Looks,
): Promise<FeatureKey> {
  const engine = onnxruntimeEngine({ threads: 1 })
  const probe = await engine.probe()
  if (!probe.available) {
    throw new Problem('engines/absent', {
      says: `Features can't be extracted here: ${engine.id} is not usable, ${probe.why}.`,
      advice: 'Run "whippet doctor".',
    })
  }
  return {
    weights: weights.hash,
    graph: hashOf(graph.nodes),
    cut,
    preprocessing,
    looks,
    preprocess: PREPROCESS_VERSION,
    decoder: DECODER_VERSION,
    view: 0,
    engine: `${engine.id} ${probe.version}`,
    precision: 'float32',
    emitter: EMITTER_VERSION,
  }
}
