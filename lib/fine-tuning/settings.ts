import type { FreezePlan } from '../strategy/plan-freeze.ts'
import type { OptimizerSettings } from './optimizers/settings.ts'
import type { ScheduleSettings } from './schedule.ts'

/** What keeps weights small. */
export type WeightDecay = {
  /** `l2` is part of the gradient, ½·amount·‖w‖² in the loss; `decoupled` shrinks the weights beside the step (AdamW). */
  readonly kind: 'l2' | 'decoupled'
  readonly amount: number
  /** Batch norm and biases too; they are left out by default. */
  readonly everything?: boolean
}

/** How one phase trains. */
export type TrainingSettings = {
  readonly epochs: number
  readonly batchSize: number
  readonly optimizer: OptimizerSettings
  readonly learningRate: number
  readonly schedule: ScheduleSettings
  /** Layer group → what its rate is multiplied by; 1 for others. */
  readonly rateMultipliers?: Readonly<Record<string, number>>
  readonly weightDecay?: WeightDecay
  /** The gradient of all weights together is scaled down to this length when it is longer. */
  readonly clipNorm?: number
  /** Share of the target that is spread over all classes. */
  readonly labelSmoothing?: number
  /** Weight of each class in the loss, in label order. */
  readonly classWeights?: readonly number[]
  /** α of mixup's Beta distribution; pairs of a batch are mixed, pictures and labels. */
  readonly mixup?: number
  /** Share of the features that the head does not see in a step. */
  readonly dropout?: number
  /** The phase ends after so many epochs without a smaller validation loss. */
  readonly patience?: number
  /** How much of a batch's statistics goes into the moving ones; PyTorch's 0.1 by default. */
  readonly statisticsMomentum?: number
}

/** One phase of a strategy: what is trained, and how. */
export type FineTuningPhase = {
  readonly name: string
  readonly plan: Pick<FreezePlan, 'boundary' | 'trainedWeights' | 'movingBatchNorms'>
  readonly settings: TrainingSettings
  /** The largest batch for which there is memory by the plan; absent where nobody knows. */
  readonly fittingBatch?: number | undefined
}
