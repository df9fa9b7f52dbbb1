import { Problem } from '../../lib/problem.ts'
import type { NewRunEvent, PlannedPhase, PlannedStart } from '../../lib/run/events.ts'
import { type StartFrom, strategyOf, trainingOf } from '../../lib/run/settings.ts'
import type { DeviceCalibration } from '../../lib/strategy/minutes.ts'
import { type PhasePlan, type PlannedRun, planRun } from '../../lib/strategy/plan-run.ts'
import { calibrate } from '../calibration/calibrate.ts'
import { readCalibration } from '../calibration/record.ts'
import { deviceMemories } from '../machine/memory.ts'
import type { PreparedBackbone } from './backbone.ts'
import { cacheBudgetBytes } from './fine-tuning/cache-budget.ts'
import type { Job } from './job.ts'
import type { OwnStart } from './own-start.ts'
import { featureCacheFolder } from './split-features.ts'

/** What an attempt will do. @throws what `planRun` throws. */
export async function planAttempt(
  job: Job,
  { graphWithHead }: Pick<PreparedBackbone, 'graphWithHead'>,
  stop: AbortSignal,
): Promise<PlannedRun> {
  const { settings, pictures, dataDir } = job
  const calibration = await speeds(job, stop)
  const of = (split: string) => pictures.filter((picture) => picture.split === split)
  const planned = planRun({
    graph: graphWithHead,
    strategy: strategyOf(settings),
    training: trainingOf(settings),
    pictures: { train: of('train').length, validation: of('validation').length, perClass: perClass(job) },
    diskBudgetBytes: await cacheBudgetBytes(featureCacheFolder(dataDir)),
    memories: await deviceMemories(job.devices),
    devices: calibration,
    together: job.devices.length,
  })
  return extended(planned, job.extensions)
}

/** With the epochs that were added to the last phase. */
function extended(planned: PlannedRun, extensions: Job['extensions']): PlannedRun {
  const [last, added] = [planned.phases.at(-1), extensions.at(-1)]
  if (!last || !added) return planned
  const phase = { ...last, epochs: added.after + added.epochs }
  return { ...planned, phases: [...planned.phases.slice(0, -1), phase] }
}

/**
 * How fast this machine is. Where nobody knows, it is measured before a run that may take long; one that only solves for its
 * head is over sooner.
 */
async function speeds(
  { settings, dataDir, devices }: Job,
  signal: AbortSignal,
): Promise<readonly DeviceCalibration[]> {
  const known = await readCalibration(dataDir, devices)
  if (known.length === devices.length || settings.strategy === 'feature-extraction') return known
  try {
    return await calibrate(dataDir, { devices, signal })
  } catch (thrown) {
    signal.throwIfAborted()
    // The run does not need it: its plan says no times.
    console.error(Problem.from(thrown).says)
    return known
  }
}

/** Pictures of each class in the train split, in label order. */
export function perClass({ pictures, dataset }: Job): number[] {
  const counts = dataset.classes.map(() => 0)
  for (const { split, label } of pictures) if (split === 'train') counts[label]!++
  return counts
}

/** The plan as the run's log tells it. */
export function planEvent(
  { settings }: Pick<Job, 'settings'>,
  { phases, skipped, warnings, devices }: PlannedRun,
  start?: OwnStart,
): Extract<NewRunEvent, { type: 'plan' }> {
  const { frozenGroups, trainedGroups, trainableParameters, boundary } = phases.at(-1)!.plan
  return {
    type: 'plan',
    backbone: settings.backbone,
    frozenGroups: [...frozenGroups],
    trainedGroups: [...trainedGroups],
    trainableParameters,
    cut: boundary.join(', '),
    ...(settings.strategy !== 'feature-extraction' && { phases: phases.map(phaseOf) }),
    ...(settings.from && start && { start: startOf(settings.from, start, phases[0]!.by === 'solver') }),
    ...(devices > 1 && { devices }),
    ...(skipped.length > 0 && { skipped: [...skipped] }),
    ...(warnings.length > 0 && { warnings: [...warnings] }),
  }
}

function startOf(
  from: StartFrom,
  { growth: { kept, fresh, dropped } }: OwnStart,
  isSolved: boolean,
): PlannedStart {
  return { ...from, isSolved, kept: kept.length, fresh: [...fresh], dropped: [...dropped] }
}

function phaseOf({
  name,
  epochs,
  learningRate,
  plan,
  prefix,
  views,
  cacheBytes,
  memoryBytes,
  fittingBatch,
  seconds,
}: PhasePlan): PlannedPhase {
  const { trainedGroups, trainableParameters, boundary } = plan
  return {
    name,
    epochs,
    learningRate,
    trainedGroups: [...trainedGroups],
    trainableParameters,
    cut: boundary.join(', '),
    prefix,
    views,
    cacheBytes,
    memoryBytes: Math.round(memoryBytes),
    ...(fittingBatch !== undefined && { fittingBatch }),
    ...(seconds[0] && { estimatedSeconds: seconds[0].seconds }),
  }
}
