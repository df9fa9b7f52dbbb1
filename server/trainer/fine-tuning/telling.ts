import type { EpochPoint, StartPoint, StepPoint } from '../../../lib/fine-tuning/run-phase.ts'
import type { PhasePlan } from '../../../lib/strategy/plan-run.ts'
import { every } from '../../clock.ts'
import type { Telling } from '../train-head.ts'
import type { Checkpoints } from './checkpoints.ts'

/** How often the log is told of steps within an epoch. */
const STEP_MS = 1000

/** Tells a run's log how its phases train. `pictures`: of the train split, for the time that is left of a phase. */
export function tellingOf(emit: Telling['emit'], phases: readonly PhasePlan[], pictures: number) {
  const isTime = every(STEP_MS)
  const epochsOf = (phase: string) => phases.find(({ name }) => name === phase)?.epochs ?? 0
  return {
    /** An attempt goes on where an earlier one stood. */
    resumed({ position, damaged }: NonNullable<Checkpoints['latest']>) {
      emit({
        type: 'resumed',
        series: phases[position.phase]?.name ?? '',
        epoch: position.epoch,
        batch: position.batch,
        ...(damaged && { damaged: damaged.summary() }),
      })
    },
    /** What training starts from is the point before the first epoch. */
    start({ phase, validationLoss, validationTop1 }: StartPoint) {
      emit({ type: 'point', series: phase, step: 0, validationLoss, validationTop1 })
    },
    step({ phase: series, ...point }: StepPoint) {
      if (!isTime()) return
      const left = epochsOf(series) - point.epoch + 1 - point.batch / point.batches
      emit({ type: 'step', series, ...point, etaSeconds: (left * pictures) / point.imagesPerSecond })
    },
    epoch({ phase, epoch, loss, top1, learningRate, imagesPerSecond, ...judged }: EpochPoint) {
      const { validationLoss, validationTop1 } = judged
      const left = epochsOf(phase) - epoch
      emit({
        type: 'point',
        series: phase,
        step: epoch,
        loss,
        top1,
        learningRate,
        ...(validationLoss !== undefined && { validationLoss }),
        ...(validationTop1 !== undefined && { validationTop1 }),
        ...(left > 0 && { etaSeconds: (left * pictures) / imagesPerSecond }),
      })
    },
  }
}
