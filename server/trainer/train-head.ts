import type { WeightTensor } from '../../lib/backbone/graph.ts'
import type { Head } from '../../lib/backbone/head.ts'
import { countLooks } from '../../lib/classify/look.ts'
import { calibrate } from '../../lib/evaluation/calibrate.ts'
import type { NewRunEvent } from '../../lib/run/events.ts'
import type { SolverSettings } from '../../lib/run/solvers.ts'
import { fitHead } from '../../lib/training/fit-head.ts'
import { headLogits } from '../../lib/training/head-logits.ts'
import type { LabelledFeatures } from '../../lib/training/objective.ts'
import type { FittedHead } from '../../lib/training/task.ts'
import { threadsOf } from '../devices/device.ts'
import { onnxruntimeObjective } from '../engines/onnxruntime/objective.ts'
import type { Team } from '../features/team/team.ts'
import type { Job, JobPicture } from './job.ts'
import type { RunRecord } from './run-folder.ts'
import { featuresOf, type SplitExtraction } from './split-features.ts'

export type Telling = {
  readonly emit: (event: NewRunEvent) => void
  readonly stop: AbortSignal
  /** Other machines that may help; absent where there are none. */
  readonly team?: Team | undefined
}

export type TrainedHead = {
  readonly head: Head
  readonly stopped: boolean
  readonly calibration?: RunRecord['calibration']
  /** Tensors of the backbone that are no longer the pretrained ones; absent where none was trained. */
  readonly tuned?: ReadonlyMap<string, WeightTensor>
  /** Number of the checkpoint that it was made of, where there are any. */
  readonly checkpoint?: number
}

/** Features of train and validation in one go, then the head on them. The test split is not even read. */
export async function trainHead(
  job: Job,
  extraction: SplitExtraction,
  telling: Telling,
): Promise<TrainedHead> {
  const { fitted, validation, seconds } = await fitOnFeatures(job, extraction, job.settings.solver, telling)
  const { head, stopped, honestHead, l2 } = fitted
  if (!stopped) telling.emit({ type: 'head-fitted', seconds, ...(l2 !== undefined && { l2 }) })
  const calibration = honestHead && (await calibrationOf(job, honestHead, extraction, validation))
  return { head, stopped, ...(calibration && { calibration }) }
}

type Fit = {
  readonly fitted: FittedHead
  /** Features of validation as one look sees it, where there is any. */
  readonly validation: LabelledFeatures | undefined
  /** Of the fit alone. */
  readonly seconds: number
}

/** A head on the features of the train split, chosen on validation, by the solver. */
export async function fitOnFeatures(
  { settings, dataset, pictures, devices }: Job,
  extraction: SplitExtraction,
  solver: SolverSettings,
  { emit, stop }: Telling,
): Promise<Fit> {
  const of = (split: JobPicture['split']) => pictures.filter((picture) => picture.split === split)
  const train = of('train')
  const all = await featuresOf([...train, ...of('validation')], extraction)
  const width = all.features.length / all.count
  const rows = (from: number, to: number) => ({
    features: all.features.subarray(from * width, to * width),
    labels: all.labels.subarray(from, to),
    count: to - from,
  })
  const validation = train.length < all.count ? rows(train.length, all.count) : undefined
  emit({ type: 'phase', phase: 'training' })
  const began = performance.now()
  const fitted = await fitHead({
    train: rows(0, train.length),
    validation,
    width,
    classes: dataset.classes.length,
    solver,
    seed: settings.seed,
    makeObjective: onnxruntimeObjective({ threads: threadsOf(devices) }),
    onPoint: (point) => emit({ type: 'point', ...point }),
    onL2Chosen: ({ tried, ...chosen }) => emit({ type: 'l2-chosen', ...chosen, tried: [...tried] }),
    shouldStop: () => stop.aborted,
  })
  return { fitted, validation, seconds: (performance.now() - began) / 1000 }
}

/**
 * Temperature and threshold of a head that has not seen validation; undefined where nothing is held out. `oneLook`: the
 * features of validation, where one look is what the run has and they are at hand.
 */
export async function calibrationOf(
  { settings, dataset, pictures }: Job,
  head: Head,
  extraction: SplitExtraction,
  oneLook?: LabelledFeatures,
): Promise<RunRecord['calibration']> {
  const validation = pictures.filter(({ split }) => split === 'validation')
  if (validation.length === 0) return undefined
  const seen =
    settings.looks === 'whole' && oneLook ? oneLook : await featuresOf(validation, extraction, settings.looks)
  return calibrate({
    logits: headLogits(head, seen.features),
    looks: countLooks(settings.looks),
    labels: seen.labels,
    classes: dataset.classes.length,
  })
}
