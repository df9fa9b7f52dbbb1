import type { Head } from '../backbone/head.ts'
import type { SolverSettings } from '../run/solvers.ts'
import type { LabelledFeatures, MakeObjective } from './objective.ts'

/** One point of a curve: one iteration of `exact` (0 is the start), one epoch of the others. */
export type TrainingPoint = {
  /** `l2=0.001`, `refit`, `final`, `sgd` or `adam`. */
  readonly series: string
  readonly step: number
  /** L2 term included. */
  readonly loss: number
  /** `exact` judges the last point of each L2, and at its best temperature; the others every epoch, as it is. */
  readonly validationLoss?: number
  readonly validationTop1?: number
}

/** One L2 that was tried, judged on validation: log loss at its best temperature, and share of right answers. */
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
  /** A head that has not seen validation, where there is a validation split: what calibration may look at. */
  readonly honestHead?: Head
  /** True when the fit was stopped; the head is then the best so far. */
  readonly stopped: boolean
  /** Every L2 that was tried to its end, strong to weak. */
  readonly path: readonly TriedL2[]
}

/** Asked before every step: lets messages arrive now and then, and tells whether to stop. */
export type Pause = () => Promise<boolean>
