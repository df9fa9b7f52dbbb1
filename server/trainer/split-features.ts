import { join } from 'node:path'
import type { BackboneGraph } from '../../lib/backbone/graph.ts'
import type { Looks } from '../../lib/classify/look.ts'
import type { Preprocessing } from '../../lib/preprocess/preprocessing.ts'
import type { NewRunEvent } from '../../lib/run/events.ts'
import type { LabelledFeatures } from '../../lib/training/objective.ts'
import { openBlobs } from '../blobs/blobs.ts'
import type { Device } from '../devices/device.ts'
import { type Extraction, extractFeatures } from '../features/extract.ts'
import { extractTogether } from '../features/team/extract-together.ts'
import type { Team } from '../features/team/team.ts'
import { openSharedFiles } from '../objects/shared-files.ts'

export type LabelledPicture = { readonly hash: string; readonly label: number }

export type SplitExtraction = {
  readonly dataDir: string
  readonly backbone: {
    readonly id: string
    readonly graph: BackboneGraph
    readonly weightsHash: string
    /** File of tensors that take the place of the pretrained ones. */
    readonly tuned?: string
  }
  readonly preprocessing: Preprocessing
  /** Which devices extract; all of the machine where absent. */
  readonly devices?: readonly Device[]
  readonly emit: (event: NewRunEvent) => void
  readonly signal: AbortSignal
  /** Other machines that may help. */
  readonly team?: Team | undefined
}

/** Where the feature cache of a data folder is. */
export function featureCacheFolder(dataDir: string): string {
  return join(dataDir, 'features')
}

/**
 * Features of imported pictures, from the cache or extracted now, told to the log as it goes. `[pictures, width]`, with
 * several looks `[pictures, looks, width]`.
 */
export async function featuresOf(
  pictures: readonly LabelledPicture[],
  { dataDir, backbone, preprocessing, devices, emit, signal, team }: SplitExtraction,
  looks: Looks = 'whole',
): Promise<LabelledFeatures> {
  const began = performance.now()
  const shared = await openSharedFiles(dataDir)
  const blobs = await openBlobs(dataDir, shared)
  const extraction: Extraction = {
    pictures: pictures.map(({ hash }) => ({ hash, path: blobs.picturePath(hash) })),
    graph: backbone.graph,
    weights: {
      source: {
        kind: 'backbone',
        id: backbone.id,
        dataDir,
        ...(backbone.tuned && { tuned: backbone.tuned }),
      },
      hash: backbone.weightsHash,
    },
    preprocessing,
    looks,
    cacheDir: featureCacheFolder(dataDir),
    sharing: { files: shared, obtain: blobs.picture },
    ...(devices && { devices }),
    onProgress: (progress) => emit({ type: 'extraction', ...progress }),
    signal,
  }
  const task = {
    backbone: backbone.id,
    weightsHash: backbone.weightsHash,
    preprocessing,
    looks,
  }
  // Others have the pretrained weights, but not what this run changed of them.
  const together = team && !backbone.tuned ? await extractTogether(extraction, task, team) : 0
  const { features, fromCache: found } = await extractFeatures(extraction)
  const fromCache = found - together
  const seconds = (performance.now() - began) / 1000
  const imagesPerSecond = (pictures.length - fromCache) / seconds
  emit({ type: 'extracted', pictures: pictures.length, fromCache, seconds, imagesPerSecond })
  return { features, labels: Int32Array.from(pictures, ({ label }) => label), count: pictures.length }
}
