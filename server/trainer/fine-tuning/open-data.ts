import type { OpenData } from '../../../lib/fine-tuning/source.ts'
import type { NewRunEvent } from '../../../lib/run/events.ts'
import type { PhasePlan } from '../../../lib/strategy/plan-run.ts'
import { openBlobs } from '../../blobs/blobs.ts'
import { openSharedFiles } from '../../objects/shared-files.ts'
import type { PreparedBackbone } from '../backbone.ts'
import { runFolder } from '../run-folder.ts'
import { featureCacheFolder } from '../split-features.ts'
import { openPhaseData, prefixWeights } from './phase-data.ts'
import { phasesByEpochs, type Training } from './training-task.ts'

export type DataTask = Training & {
  readonly emit: (event: NewRunEvent) => void
  readonly signal: AbortSignal
}

/** Pictures of each phase, extracted when it begins, and told to the log. */
export function openData({ job, backbone, planned, start, emit, signal }: DataTask): OpenData {
  const { settings, dataDir, run } = job
  const phases = phasesByEpochs(planned)
  const before = planned.phases.length - phases.length
  return async (_, index, now) => {
    const phase = phases[index]!
    const began = performance.now()
    emit({ type: 'phase', phase: 'extracting' })
    const shared = await openSharedFiles(dataDir)
    const blobs = await openBlobs(dataDir, shared)
    const of = (split: string) =>
      job.pictures
        .filter((picture) => picture.split === split)
        .map(({ hash, label }) => ({ hash, label, path: blobs.picturePath(hash) }))
    const [train, validation] = [of('train'), of('validation')]
    const changed = new Set([
      ...(start?.tuned?.tensors.keys() ?? []),
      ...planned.skipped,
      ...phases.slice(0, index).flatMap((earlier) => changedBy(earlier, backbone)),
    ])
    const { graph, preprocessing, weightsHash } = backbone
    const runDir = runFolder(dataDir, run)
    const own = { source: { kind: 'backbone', id: settings.backbone, dataDir }, hash: weightsHash } as const
    const data = await openPhaseData({
      graph,
      phase,
      train,
      validation,
      settings,
      preprocessing,
      cacheDir: featureCacheFolder(dataDir),
      sharing: { files: shared, obtain: blobs.picture },
      devices: job.devices,
      runDir,
      weights: await prefixWeights({ graph, phase, runDir, weights: own }, now, changed),
      onProgress: (progress) => emit({ type: 'extraction', ...progress }),
      signal,
    })
    const seconds = (performance.now() - began) / 1000
    const pictures = train.length + validation.length
    if (phase.prefix !== 'per epoch') {
      const imagesPerSecond = (pictures - data.fromCache) / seconds
      emit({ type: 'extracted', pictures, fromCache: data.fromCache, seconds, imagesPerSecond })
    }
    const { name, epochs } = phase
    emit({ type: 'training-phase', index: before + index, count: planned.phases.length, name, epochs })
    return data
  }
}

/** Names of what a phase changes. */
export function changedBy({ plan }: PhasePlan, { graphWithHead }: PreparedBackbone): string[] {
  const moving = new Set(plan.movingBatchNorms)
  const statistics = graphWithHead.nodes.flatMap((node) =>
    node.op === 'batchNorm' && moving.has(node.id) ? [node.mean, node.variance] : [],
  )
  return [...plan.trainedWeights, ...statistics]
}
