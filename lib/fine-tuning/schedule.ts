/** How the learning rate goes over a phase; any of them may begin with a linear warm-up. */
export type ScheduleSettings = {
  readonly warmupEpochs?: number
  /**
   * Epochs after which the phase had ended and was extended. A cosine, which ends at its floor, begins once more there
   * (arXiv:1608.03983's warm restarts); the others go on as they were.
   */
  readonly extendedAfter?: readonly number[]
} & (
  | { readonly kind: 'constant' }
  /** Multiplied by `factor` after every `every` epochs. */
  | { readonly kind: 'stepwise'; readonly every: number; readonly factor: number }
  /** Half a cosine from the rate down to `floor` of it (0 by default) at the phase's end (arXiv:1608.03983). */
  | { readonly kind: 'cosine'; readonly floor?: number }
  /** Multiplied by `factor` when the validation loss has not fallen by `minDelta` of itself for `patience` epochs. */
  | {
      readonly kind: 'plateau'
      readonly factor: number
      readonly patience: number
      readonly minDelta?: number
    }
)

/** What `plateau` remembers. */
export type PlateauState = { readonly scale: number; readonly best: number | null; readonly waited: number }

export const NO_PLATEAU: PlateauState = { scale: 1, best: null, waited: 0 }

/** Where a step lies in its phase: `step` counts from 0. */
export type Place = { readonly step: number; readonly stepsPerEpoch: number; readonly epochs: number }

/** What the phase's rate is multiplied by at a step. */
export function rateFactor(
  schedule: ScheduleSettings,
  { step, stepsPerEpoch, epochs }: Place,
  plateau: PlateauState = NO_PLATEAU,
): number {
  const warmup = Math.round((schedule.warmupEpochs ?? 0) * stepsPerEpoch)
  // The first step already moves, the last one of the warm-up has the whole rate.
  if (step < warmup) return (step + 1) / warmup
  switch (schedule.kind) {
    case 'constant':
      return 1
    case 'stepwise':
      return schedule.factor ** Math.floor(Math.floor(step / stepsPerEpoch) / schedule.every)
    case 'cosine': {
      const { floor = 0, extendedAfter = [] } = schedule
      const began = extendedAfter.findLast((after) => step >= after * stepsPerEpoch)
      const ends = extendedAfter.find((after) => step < after * stepsPerEpoch) ?? epochs
      const first = began === undefined ? warmup : began * stepsPerEpoch
      const share = (step - first) / Math.max(1, ends * stepsPerEpoch - first)
      return floor + ((1 - floor) * (1 + Math.cos(Math.PI * Math.min(1, share)))) / 2
    }
    case 'plateau':
      return plateau.scale
  }
}

/** Folds an epoch's validation loss (the training loss where nothing is held out) into what `plateau` remembers. */
export function afterEpoch(schedule: ScheduleSettings, plateau: PlateauState, loss: number): PlateauState {
  if (schedule.kind !== 'plateau') return plateau
  const { factor, patience, minDelta = 1e-4 } = schedule
  if (plateau.best === null || loss < plateau.best * (1 - minDelta))
    return { ...plateau, best: loss, waited: 0 }
  if (plateau.waited < patience) return { ...plateau, waited: plateau.waited + 1 }
  return { ...plateau, scale: plateau.scale * factor, waited: 0 }
}
