import { trainableNames } from '../../../lib/backbone/cost.ts'
import type { WeightStore, WeightTensor } from '../../../lib/backbone/graph.ts'
import { HEAD, type Head, headFromTensors, headTensors } from '../../../lib/backbone/head.ts'
import { type FineTuned, type FineTuneTask, fineTune } from '../../../lib/fine-tuning/fine-tune.ts'
import { overlaid } from '../../../lib/fine-tuning/overlaid.ts'
import type { FineTuningState } from '../../../lib/fine-tuning/state.ts'
import { trainingOf } from '../../../lib/run/settings.ts'
import { fineTuningPhase } from '../../../lib/strategy/fine-tuning-phase.ts'
import { freshWeights } from '../../../lib/strategy/fresh-weights.ts'
import type { PhasePlan, PlannedRun } from '../../../lib/strategy/plan-run.ts'
import { openBlobs } from '../../blobs/blobs.ts'
import { openSharedFiles } from '../../objects/shared-files.ts'
import { loadBackboneWeights } from '../../weights/load.ts'
import type { PreparedBackbone } from '../backbone.ts'
import { recordCalibration } from '../calibration.ts'
import type { Job } from '../job.ts'
import { perClass } from '../plan.ts'
import { runFolder } from '../run-folder.ts'
import { featureCacheFolder, type SplitExtraction } from '../split-features.ts'
import { fitOnFeatures, type Telling, type TrainedHead } from '../train-head.ts'
import { checkpointClock, readCheckpoint, writeCheckpoint } from './checkpoints.ts'
import { chooseTrainingEngine } from './choose-engine.ts'
import { openPhaseData, prefixWeights } from './phase-data.ts'
import { tellingOf } from './telling.ts'

export type FineTuneRunTask = {
  readonly job: Job
  readonly backbone: PreparedBackbone
  readonly planned: PlannedRun
  readonly extraction: SplitExtraction
  readonly telling: Telling
}

/**
 * Trains what a run's strategy unfreezes, phase after phase, going on where an earlier attempt stood. The best weights by
 * validation count, or the last ones where nothing is held out.
 *
 * @throws what extraction and `fineTune` throw; the stop's reason where there is nothing to keep yet.
 */
export async function fineTuneRun(task: FineTuneRunTask): Promise<TrainedHead> {
  const { job, backbone, planned, telling } = task
  const { emit, stop } = telling
  const { settings, dataDir } = job
  const began = performance.now()
  const { weights: pretrained } = await loadBackboneWeights(settings.backbone, { dataDir })
  const headNames = backbone.graphWithHead.nodes.filter(({ group }) => group === HEAD).flatMap(trainableNames)
  const fresh = freshWeights(backbone.graphWithHead, [...planned.skipped, ...headNames], settings.seed)
  const from = await readCheckpoint(runFolder(dataDir, job.run))
  const first = planned.phases[0]!.by === 'solver' && !from ? await headFirst(task) : undefined
  const start = overlaid(pretrained, new Map([...fresh, ...(first ? headTensors(first.head) : [])]))
  const phases = planned.phases.filter(({ by }) => by === 'epochs')
  if (first?.stopped || phases.length === 0)
    return { ...modelOf(start, []), stopped: first?.stopped ?? false }

  const pictures = job.pictures.filter(({ split }) => split === 'train').length
  const { device, says } = await chooseTrainingEngine()
  emit({ type: 'training-engine', engine: device.id, title: device.title, ...(says && { says }) })
  const changed = [...new Set([...planned.skipped, ...phases.flatMap((phase) => changedBy(phase, backbone))])]
  const speed: Speed = { device: device.title }
  let latest: FineTuningState | undefined = from
  const tell = tellingOf(emit, phases, pictures)
  const tuned = await fineTune({
    graph: backbone.graphWithHead,
    weights: start,
    phases: phases.map((phase) => fineTuningPhase(phase, trainingOf(settings), perClass(job))),
    data: openData(task, phases, speed),
    device,
    seed: settings.seed,
    from,
    // A resumed run too: its earlier attempt may have ended before the start was judged.
    ...(planned.phases[0]!.by === 'solver' && { onStart: tell.start }),
    onStep: tell.step,
    onPoint: (point) => {
      tell.epoch(point)
      const { flops } = phases.find(({ name }) => name === point.phase)!.plan
      speed.trainingGflopsPerSecond = (point.imagesPerSecond * (flops.suffix + flops.suffixBackward)) / 1e9
    },
    shouldStop: () => stop.aborted,
    checkpointDue: checkpointClock(),
    checkpoint: async (state) => {
      latest = state
      await writeCheckpoint(runFolder(dataDir, job.run), state)
    },
  }).catch((thrown: unknown): FineTuned => {
    // Stopped while a later phase extracted: what the phases before it made counts.
    if (!(stop.aborted && thrown === stop.reason) || (!latest && !first)) throw thrown
    const best = latest?.bestWeights ?? latest?.weights ?? new Map<string, WeightTensor>()
    return { last: overlaid(start, best), stopped: true }
  })
  await recordCalibration(dataDir, speed)
  if (!tuned.stopped) emit({ type: 'head-fitted', seconds: (performance.now() - began) / 1000 })
  return { ...modelOf(tuned.best?.weights ?? tuned.last, changed), stopped: tuned.stopped }
}

/** What was measured of this machine on the way. */
type Speed = { device: string; inferenceGflopsPerSecond?: number; trainingGflopsPerSecond?: number }

const MEASURABLE = 500

/** The head alone on the frozen backbone, held to validation only: what comes after it is chosen there too. */
async function headFirst({ job, planned, extraction, telling }: FineTuneRunTask) {
  telling.emit({ type: 'training-phase', index: 0, count: planned.phases.length, name: 'head', epochs: 0 })
  telling.emit({ type: 'phase', phase: 'extracting' })
  const { solver } = job.settings
  const honest = solver.kind === 'exact' ? { ...solver, refit: false } : solver
  const { fitted } = await fitOnFeatures(job, extraction, honest, telling)
  return { head: fitted.honestHead ?? fitted.head, stopped: fitted.stopped }
}

/** Pictures of each phase, extracted when it begins, and told to the log. */
function openData(
  { job, backbone, planned, extraction, telling }: FineTuneRunTask,
  phases: readonly PhasePlan[],
  speed: Speed,
): FineTuneTask['data'] {
  const { emit, stop } = telling
  const { settings, dataDir, run } = job
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
      cacheDir: featureCacheFolder(extraction.dataDir),
      sharing: { files: shared, obtain: blobs.picture },
      processes: extraction.processes,
      runDir,
      weights: await prefixWeights({ graph, phase, runDir, weights: own }, now, changed),
      onProgress: (progress) => emit({ type: 'extraction', ...progress }),
      signal: stop,
    })
    const seconds = (performance.now() - began) / 1000
    const pictures = train.length + validation.length
    if (phase.prefix !== 'per epoch') {
      const imagesPerSecond = (pictures - data.fromCache) / seconds
      emit({ type: 'extracted', pictures, fromCache: data.fromCache, seconds, imagesPerSecond })
      // Too few pictures measure how long processes take to start.
      if (phase.prefix === 'cached' && data.fromCache === 0 && pictures >= MEASURABLE) {
        const rows = train.length * phase.views + validation.length
        speed.inferenceGflopsPerSecond = (rows * phase.plan.flops.prefix) / seconds / 1e9
      }
    }
    const { name, epochs } = phase
    emit({ type: 'training-phase', index: before + index, count: planned.phases.length, name, epochs })
    return data
  }
}

function changedBy({ plan }: PhasePlan, { graphWithHead }: PreparedBackbone): string[] {
  const moving = new Set(plan.movingBatchNorms)
  const statistics = graphWithHead.nodes.flatMap((node) =>
    node.op === 'batchNorm' && moving.has(node.id) ? [node.mean, node.variance] : [],
  )
  return [...plan.trainedWeights, ...statistics]
}

/** The head, and the backbone's tensors that are no longer the pretrained ones. */
function modelOf(
  weights: WeightStore,
  names: readonly string[],
): { head: Head; tuned: Map<string, WeightTensor> } {
  const own = names.filter((name) => !name.startsWith(`${HEAD}.`))
  return { head: headFromTensors(weights), tuned: new Map(own.map((name) => [name, weights.get(name)])) }
}
