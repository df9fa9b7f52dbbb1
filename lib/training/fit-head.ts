import type { Head } from '../backbone/head.ts'
import { Problem } from '../problem.ts'
import type { RunSettings } from '../run/settings.ts'
import type { LabelledFeatures, MakeObjective } from './objective.ts'

export type SolverSettings = RunSettings['solver']

/** One point of a curve: one iteration of `exact`, one epoch of the others. */
export type TrainingPoint = {
  /** `l2=0.001`, `refit`, `sgd` or `adam`. */
  readonly series: string
  readonly step: number
  readonly loss: number
  readonly validationLoss?: number
  readonly validationTop1?: number
}

/** One L2 that was tried, judged on validation. */
export type TriedL2 = {
  readonly l2: number
  readonly validationLoss: number
  readonly validationTop1: number
}

export type ChosenL2 = {
  readonly l2: number
  readonly validationLoss: number
  readonly tried: readonly TriedL2[]
}

export type FitHeadTask = {
  readonly train: LabelledFeatures
  /** Absent (or empty) where the split holds none out: then nothing is chosen and nothing refitted. */
  readonly validation: LabelledFeatures | undefined
  /** Length of one feature vector. */
  readonly width: number
  readonly classes: number
  readonly solver: SolverSettings
  readonly seed: number
  readonly makeObjective: MakeObjective
  readonly onPoint?: (point: TrainingPoint) => void
  readonly onL2Chosen?: (chosen: ChosenL2) => void
  /** Asked before every step. */
  readonly shouldStop?: () => boolean
}

export type FittedHead = {
  readonly head: Head
  /** The L2 that the head was fitted with. */
  readonly l2?: number
  /** `[validation.count, classes]`, made before the refit: what calibration may look at. */
  readonly validationLogits?: Float32Array
  /** True when the fit was stopped; the head is then the best so far. */
  readonly stopped: boolean
  /** Every L2 that was tried to its optimum, strong to weak. */
  readonly path: readonly TriedL2[]
}

/** Fits a head on cached features. Same task, same objective, same threads: the same bytes. */
export async function fitHead(_task: FitHeadTask): Promise<FittedHead> {
  throw new Problem('training/not-yet', { says: 'The solvers are not written yet.' })
}
