import { type FineTuned, fineTune } from '../../../lib/fine-tuning/fine-tune.ts'
import { overlaid } from '../../../lib/fine-tuning/overlaid.ts'
import type { FineTuningState } from '../../../lib/fine-tuning/state.ts'
import type { PlannedRun } from '../../../lib/strategy/plan-run.ts'
import type { PreparedBackbone } from '../backbone.ts'
import { fenceOf } from '../fence.ts'
import type { Job } from '../job.ts'
import type { OwnStart } from '../own-start.ts'
import type { StartDeviceProcess } from '../parallel/device-process/start.ts'
import { openDeviceGroup } from '../parallel/device-processes.ts'
import { onceByTheFirst } from '../parallel/once-by-the-first.ts'
import { recordOf } from '../record.ts'
import { runFolder } from '../run-folder.ts'
import type { SplitExtraction } from '../split-features.ts'
import { fitOnFeatures, type Telling, type TrainedHead } from '../train-head.ts'
import { checkpointClock, openCheckpoints } from './checkpoints.ts'
import { chooseTrainingEngine } from './choose-engine.ts'
import { bestOf, modelOf } from './model-of.ts'
import { changedBy, openData } from './open-data.ts'
import { refitHead } from './refit-head.ts'
import { tellingOf } from './telling.ts'
import { goingOn, judgesStart, phasesByEpochs, startingPoint, trainingTask } from './training-task.ts'

export type FineTuneRunTask = {
  readonly job: Job
  readonly backbone: PreparedBackbone
  /** Where it starts from another run's model. */
  readonly start?: OwnStart | undefined
  readonly planned: PlannedRun
  readonly extraction: SplitExtraction
  readonly telling: Telling
  readonly startDevice?: StartDeviceProcess | undefined
}

/**
 * Trains what a run's strategy unfreezes, phase after phase, going on where an earlier attempt stood. The best weights by
 * validation count, or the last ones where nothing is held out. A solved head that nothing was better than is fitted once more.
 *
 * @throws what extraction and `fineTune` throw; the stop's reason where there is nothing to keep yet.
 */
export async function fineTuneRun(task: FineTuneRunTask): Promise<TrainedHead> {
  const { job, backbone, planned, telling } = task
  const { emit, stop } = telling
  const { dataDir } = job
  const began = performance.now()
  const phases = phasesByEpochs(planned)
  const checkpoints = await openCheckpoints(runFolder(dataDir, job.run), fenceOf(job))
  const from = checkpoints.latest && goingOn(checkpoints.latest.state, job)
  const first = planned.phases[0]!.by === 'solver' && !from ? await headFirst(task) : undefined
  const start = await startingPoint(task, first?.head)
  if (first?.stopped || phases.length === 0)
    return { ...modelOf(start.begin), stopped: first?.stopped ?? false }

  const pictures = job.pictures.filter(({ split }) => split === 'train').length
  const { device, says } = await chooseTrainingEngine()
  emit({ type: 'training-engine', engine: device.id, title: device.title, ...(says && { says }) })
  const changed = [
    ...new Set([...start.begin.keys(), ...phases.flatMap((phase) => changedBy(phase, backbone))]),
  ]
  let latest: FineTuningState | undefined = from
  const tell = tellingOf(emit, phases, pictures)
  if (checkpoints.latest) tell.resumed(checkpoints.latest)
  const { group, close } = await openDeviceGroup(
    { job, planned, engine: device.id, head: first?.head },
    task.startDevice,
  )
  const tuned = await fineTune({
    ...trainingTask(task, start),
    data: onceByTheFirst(group, openData({ ...task, emit, signal: stop })),
    device,
    group,
    from,
    // A resumed run too: its earlier attempt may have ended before the start was judged.
    ...(judgesStart(task) && { onStart: tell.start }),
    onStep: tell.step,
    onPoint: tell.epoch,
    shouldStop: () => stop.aborted,
    checkpointDue: checkpointClock(),
    checkpoint: async (state) => {
      latest = state
      await checkpoints.write(state, recordOf(job, backbone))
    },
  })
    .catch((thrown: unknown): FineTuned => {
      // Stopped while a later phase extracted: what the phases before it made counts.
      if (!(stop.aborted && thrown === stop.reason) || (!latest && !first)) throw thrown
      return { last: overlaid(start.weights, latest ? bestOf(latest) : start.begin), stopped: true }
    })
    .finally(close)
  if (!tuned.stopped) await checkpoints.keepNewest()
  const refitted = await refitHead({ ...task, l2: first?.l2 }, tuned)
  if (!tuned.stopped) emit({ type: 'head-fitted', seconds: (performance.now() - began) / 1000 })
  if (refitted) return { ...refitted, checkpoint: checkpoints.number() }
  const weights = tuned.best?.weights ?? tuned.last
  return {
    ...modelOf(new Map(changed.map((name) => [name, weights.get(name)]))),
    stopped: tuned.stopped,
    checkpoint: checkpoints.number(),
  }
}

/** The head alone on the frozen backbone, held to validation only: what comes after it is chosen there too. */
async function headFirst({ job, planned, extraction, telling }: FineTuneRunTask) {
  telling.emit({ type: 'training-phase', index: 0, count: planned.phases.length, name: 'head', epochs: 0 })
  telling.emit({ type: 'phase', phase: 'extracting' })
  const { solver } = job.settings
  const honest = solver.kind === 'exact' ? { ...solver, refit: false } : solver
  const { fitted } = await fitOnFeatures(job, extraction, honest, telling)
  return { head: fitted.honestHead ?? fitted.head, l2: fitted.l2, stopped: fitted.stopped }
}
