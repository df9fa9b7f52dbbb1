import type { OptimizerSettings } from '../fine-tuning/optimizers/settings.ts'
import type { ScheduleSettings } from '../fine-tuning/schedule.ts'
import type { FineTuningPhase, TrainingSettings } from '../fine-tuning/settings.ts'
import type { TrainingSettings as Chosen } from '../run/training.ts'
import type { PhasePlan } from './plan-run.ts'

/**
 * A planned phase as training takes it.
 *
 * @param perClass pictures of each class in the train split.
 * @param extendedAfter epochs after which it had ended and was extended.
 */
export function fineTuningPhase(
  { name, plan, epochs, learningRate, fittingBatch }: PhasePlan,
  chosen: Chosen,
  perClass: readonly number[],
  extendedAfter: readonly number[] = [],
): FineTuningPhase {
  const { batchSize, clipNorm, labelSmoothing, mixup, dropout, groupRates, earlyStopping } = chosen
  const decay = decayOf(chosen)
  const settings: TrainingSettings = {
    epochs,
    batchSize,
    learningRate,
    optimizer: optimizerOf(chosen),
    schedule: { ...scheduleOf(chosen), ...(extendedAfter.length > 0 && { extendedAfter }) },
    rateMultipliers: groupRates,
    labelSmoothing,
    mixup,
    dropout,
    ...(decay && { weightDecay: decay }),
    ...(clipNorm !== undefined && { clipNorm }),
    ...(earlyStopping !== undefined && { patience: earlyStopping }),
    ...(chosen.classWeights === 'balanced' && { classWeights: balanced(perClass) }),
  }
  return { name, plan, settings, fittingBatch }
}

function optimizerOf({ optimizer, momentum }: Chosen): OptimizerSettings {
  return optimizer === 'momentum' || optimizer === 'nesterov'
    ? { kind: optimizer, momentum }
    : { kind: optimizer }
}

function scheduleOf({ schedule, warmupEpochs, decayEvery, decayFactor }: Chosen): ScheduleSettings {
  switch (schedule) {
    case 'constant':
    case 'cosine':
      return { kind: schedule, warmupEpochs }
    case 'step':
      return { kind: 'stepwise', every: decayEvery, factor: decayFactor, warmupEpochs }
    case 'plateau':
      return { kind: 'plateau', patience: decayEvery, factor: decayFactor, warmupEpochs }
  }
}

function decayOf({ l2, weightDecay, decayAll: everything }: Chosen): TrainingSettings['weightDecay'] {
  if (weightDecay > 0) return { kind: 'decoupled', amount: weightDecay, everything }
  return l2 > 0 ? { kind: 'l2', amount: l2, everything } : undefined
}

/** Every class weighs the same in the whole loss; a class without pictures weighs nothing. */
function balanced(perClass: readonly number[]): number[] {
  const all = perClass.reduce((sum, n) => sum + n, 0)
  const classes = perClass.filter((n) => n > 0).length
  return perClass.map((n) => (n > 0 ? all / (classes * n) : 0))
}
