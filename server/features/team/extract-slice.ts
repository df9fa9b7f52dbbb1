import { findBackbone } from '../../backbones/find.ts'
import { openBlobs } from '../../blobs/blobs.ts'
import type { Device } from '../../devices/device.ts'
import { openSharedFiles } from '../../objects/shared-files.ts'
import { runFolder } from '../../trainer/run-folder.ts'
import { featureCacheFolder } from '../../trainer/split-features.ts'
import { tunedFile } from '../../trainer/tuned-weights.ts'
import { obtainWeights } from '../../weights/download/obtain.ts'
import { fillFeatures } from '../extract.ts'
import type { TeamTask } from './team.ts'

export type SliceWork = {
  readonly task: TeamTask
  /** sha256 of each. */
  readonly pictures: readonly string[]
  readonly dataDir: string
  readonly devices: readonly Device[]
  readonly signal: AbortSignal
}

/**
 * Does a part of another machine's extraction: fetches pictures and weights that are not here, extracts, publishes.
 *
 * @throws Problem `backbones/…`, `weights/…`, `objects/…`, and what {@link fillFeatures} throws.
 */
export async function extractSlice({ task, pictures, dataDir, devices, signal }: SliceWork): Promise<void> {
  const shared = await openSharedFiles(dataDir)
  const blobs = await openBlobs(dataDir, shared)
  const found = await findBackbone(task.backbone, { dataDir })
  if (!found.imported) await obtainWeights(found.id, { dataDir, signal })
  if (task.run !== undefined) await shared.pullFolder(runFolder(dataDir, task.run))
  await fillFeatures({
    pictures: pictures.map((hash) => ({ hash, path: blobs.picturePath(hash) })),
    graph: found.graph(),
    weights: {
      source: {
        kind: 'backbone',
        id: found.id,
        dataDir,
        ...(task.run !== undefined && { tuned: tunedFile(runFolder(dataDir, task.run)) }),
      },
      hash: task.weightsHash,
    },
    preprocessing: task.preprocessing,
    looks: task.looks,
    cacheDir: featureCacheFolder(dataDir),
    sharing: { files: shared, obtain: blobs.picture },
    devices,
    signal,
  })
}
