import type { Split } from '../../lib/dataset/dataset.ts'
import { Problem } from '../../lib/problem.ts'
import type { NewRunEvent } from '../../lib/run/events.ts'
import { type PreparedBackbone, prepareBackbone } from './backbone.ts'
import { chooseComputing } from './computing.ts'
import { fenceOf, raiseFence } from './fence.ts'
import { fineTuneRun } from './fine-tuning/fine-tune-run.ts'
import type { Job } from './job.ts'
import { judge } from './judge.ts'
import { openStart } from './own-start.ts'
import type { StartDeviceProcess } from './parallel/device-process/start.ts'
import { DeviceLost } from './parallel/device-processes.ts'
import { planAttempt, planEvent } from './plan.ts'
import { recordOf } from './record.ts'
import { type RunRecord, runFolder, writeRunFolder } from './run-folder.ts'
import type { SplitExtraction } from './split-features.ts'
import { calibrationOf, type Telling, type TrainedHead, trainHead } from './train-head.ts'
import { hashWithTuned, tunedFile, writeTuned } from './tuned-weights.ts'

/**
 * One attempt at a run, from imported pictures to a judged model in the run's folder: prepare, extract, train, evaluate.
 * Whatever happens ends as an event.
 */
export async function runAttempt(
  job: Job,
  telling: Telling,
  startDevice?: StartDeviceProcess,
): Promise<void> {
  const { emit, stop } = telling
  try {
    emit(await attempt(job, telling, startDevice))
  } catch (thrown) {
    if (stop.aborted && thrown === stop.reason) emit({ type: 'stopped', kept: false })
    else if (thrown instanceof DeviceLost) emit(brokenOff(thrown))
    else emit({ type: 'failed', problem: Problem.from(thrown).summary() })
  }
}

/** The run may go on without the device. */
function brokenOff(lost: DeviceLost): NewRunEvent {
  return { type: 'interrupted', why: 'device-lost', device: lost.device, problem: lost.summary() }
}

async function attempt(
  job: Job,
  telling: Telling,
  startDevice: StartDeviceProcess | undefined,
): Promise<NewRunEvent> {
  const { dataDir, settings, dataset } = job
  const { emit, stop } = telling
  emit({ type: 'phase', phase: 'preparing' })
  const fence = await raiseFence(job)
  const backbone = await prepareBackbone(settings, dataset.classes.length, dataDir, telling)
  const start = await openStart(job, backbone)
  await chooseComputing(job, backbone, stop)
  const planned = await planAttempt(job, backbone, stop)
  emit(planEvent(job, planned, start))

  emit({ type: 'phase', phase: 'extracting' })
  const extraction: SplitExtraction = {
    dataDir,
    backbone: {
      id: settings.backbone,
      graph: backbone.graph,
      weightsHash: hashWithTuned(backbone.weightsHash, start?.tuned),
      ...(start?.tuned && { tuned: start.tuned.file }),
    },
    preprocessing: backbone.preprocessing,
    devices: job.devices,
    emit,
    signal: stop,
    team: telling.team,
  }
  const fitted =
    settings.strategy === 'feature-extraction'
      ? {
          ...(await trainHead(job, extraction, telling)),
          ...(start?.tuned && { tuned: start.tuned.tensors }),
        }
      : await fineTuneRun({ job, backbone, start, planned, extraction, telling, startDevice })
  const { record, own } = await keep(job, backbone, fitted, extraction)
  if (fitted.stopped || stop.aborted) return { type: 'stopped', kept: true }

  try {
    const of = (split: Split) => job.pictures.filter((picture) => picture.split === split)
    const calibration = fitted.calibration ?? (fitted.tuned && (await calibrationOf(job, fitted.head, own)))
    const calibrated = { ...record, ...(calibration && { calibration }) }
    // A trial must not see the test split: which one wins is chosen by what it comes to.
    const split = settings.trial ? 'validation' : 'test'
    const judged = of(split)
    if (judged.length > 0) {
      emit({ type: 'phase', phase: 'evaluating' })
      const { head } = fitted
      const evaluation = await judge(judged, { ...calibrated, head, looks: settings.looks, split }, own)
      await writeRunFolder(dataDir, { ...calibrated, evaluation }, head, fence)
      emit({ type: 'evaluated', evaluation })
    } else await writeRunFolder(dataDir, calibrated, fitted.head, fence)
    return { type: 'succeeded' }
  } catch (thrown) {
    if (stop.aborted && thrown === stop.reason) return { type: 'stopped', kept: true }
    throw thrown
  }
}

/**
 * Writes what was trained into the run's folder, before it is judged: a stop, or a crash, during the evaluation loses
 * nothing. `own` extracts with the backbone as this run left it.
 */
async function keep(
  job: Job,
  backbone: PreparedBackbone,
  { head, calibration, tuned: changed, checkpoint }: TrainedHead,
  extraction: SplitExtraction,
): Promise<{ record: RunRecord; own: SplitExtraction }> {
  const { dataDir, run } = job
  const file = tunedFile(runFolder(dataDir, run))
  const tuned = changed?.size ? await writeTuned(file, changed, fenceOf(job)) : undefined
  const record: RunRecord = {
    ...recordOf(job, backbone),
    ...(checkpoint !== undefined && { checkpoint }),
    ...(tuned && { tuned: { ...tuned, tensors: [...tuned.tensors] } }),
    ...(calibration && { calibration }),
  }
  await writeRunFolder(dataDir, record, head, fenceOf(job))
  if (!tuned) return { record, own: extraction }
  const own = { ...extraction.backbone, tuned: file, weightsHash: hashWithTuned(backbone.weightsHash, tuned) }
  return { record, own: { ...extraction, backbone: own } }
}
