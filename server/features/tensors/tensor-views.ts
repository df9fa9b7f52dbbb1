import type { BackboneGraph, TensorId } from '../../../lib/backbone/graph.ts'
import type { AugmentationPreset } from '../../../lib/preprocess/augment/presets.ts'
import { levelsOf } from '../../../lib/preprocess/levels.ts'
import type { Preprocessing } from '../../../lib/preprocess/preprocessing.ts'
import type { BoundaryTensor } from '../../../lib/strategy/plan-freeze.ts'
import type { Device } from '../../devices/device.ts'
import type { PictureFile, WeightsSource } from '../extractor/messages.ts'
import { type StartExtractor, startExtractor } from '../extractor/start.ts'
import { featureKey } from '../feature-key.ts'
import { fillCaches, type Sharing } from '../fill-caches.ts'
import type { ExtractionProgress } from '../progress.ts'
import { layoutOf, unpackRows, wordsOf } from './layout.ts'

export type TensorExtraction = {
  /** sha256 and file of each picture; the same picture may come twice. */
  readonly pictures: readonly Pick<PictureFile, 'hash' | 'path'>[]
  readonly graph: BackboneGraph
  /** What a freeze plan cuts at. */
  readonly boundary: readonly BoundaryTensor[]
  readonly weights: { readonly source: WeightsSource; readonly hash: string }
  readonly preprocessing: Preprocessing
  /** Random views 1 to `count` of every picture; absent: the picture as it is. */
  readonly random?:
    | { readonly preset: AugmentationPreset; readonly seed: number; readonly count: number }
    | undefined
  /** Maps in 16 bits unless asked for 32. */
  readonly maps?: 'float16' | 'float32'
  readonly cacheDir: string
  readonly sharing?: Sharing | undefined
  /** Which devices extract; all of the machine by default. */
  readonly devices?: readonly Device[]
  /** Of each extractor process; one, the default, is the fastest. */
  readonly threadsPerProcess?: number
  readonly onProgress?: (progress: ExtractionProgress) => void
  readonly signal?: AbortSignal
}

/** Boundary tensors of pictures, in the cache. */
export type TensorViews = {
  readonly views: number
  readonly fromCache: number
  /**
   * One view of these pictures as float32, NHWC, one picture after the other; only these rows are read.
   *
   * @param view from 0.
   * @throws Problem `features/missing` when a row is no longer there, or no longer intact.
   */
  read(hashes: readonly string[], view: number): Promise<Map<TensorId, Float32Array>>
}

/**
 * Puts the boundary tensors of every view of every picture into the cache, or finds them there.
 *
 * @throws Problem `engines/absent`, and what {@link fillCaches} throws.
 */
export async function cacheTensorViews(
  extraction: TensorExtraction,
  start: StartExtractor = startExtractor,
): Promise<TensorViews> {
  const { graph, boundary, weights, preprocessing, random } = extraction
  const layout = layoutOf(boundary, extraction.maps)
  const precision = layout.find(({ precision }) => precision !== 'float32')?.precision ?? 'float32'
  const draws = random
    ? Array.from({ length: random.count }, (_, i) => ({
        preset: random.preset,
        seed: random.seed,
        index: i + 1,
      }))
    : [undefined]
  const cut = layout.map(({ id }) => id)
  const views = await Promise.all(
    draws.map(async (draw) => ({
      key: await featureKey({
        graph,
        weightsHash: weights.hash,
        cut,
        preprocessing,
        looks: 'whole',
        random: draw,
        precision,
      }),
      ...(draw && { random: draw }),
    })),
  )
  const { caches, fromCache } = await fillCaches(
    { ...extraction, rows: { kind: 'tensors', layout }, width: wordsOf(layout), views },
    start,
  )
  const levels = levelsOf(preprocessing)
  return {
    views: caches.length,
    fromCache,
    read: async (hashes, view) => unpackRows(layout, await caches[view]!.load(hashes), levels),
  }
}
