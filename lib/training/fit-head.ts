import { Problem } from '../problem.ts'
import { adam } from './adam.ts'
import { fitInEpochs } from './epochs.ts'
import { fitExact } from './exact.ts'
import { pauseFor } from './pause.ts'
import { sgd } from './sgd.ts'
import type { FitHeadTask, FittedHead } from './task.ts'

/**
 * Fits a head on cached features. Same task, same objective, same number of threads: the same bytes.
 *
 * A stop is no error: the head is then the best so far, and `stopped` says so.
 *
 * @throws Problem `training/no-pictures` when there is nothing to learn from, `training/diverged` when the loss stopped
 * being a number.
 */
export async function fitHead(task: FitHeadTask): Promise<FittedHead> {
  if (task.train.count === 0) {
    throw new Problem('training/no-pictures', {
      says: 'The train split has no pictures, so there is nothing to learn from.',
      advice: 'Import the dataset with a larger share for training.',
    })
  }
  const fitted = await fit(task)
  if (fitted.head.weight.every(Number.isFinite)) return fitted
  throw new Problem('training/diverged', {
    says: 'The loss stopped being a number: the training diverged.',
    advice: 'Set a smaller learning rate, or use the solver "exact", which needs none.',
  })
}

function fit(task: FitHeadTask): Promise<FittedHead> {
  const { solver } = task
  const pause = pauseFor(task.shouldStop ?? (() => false))
  switch (solver.kind) {
    case 'exact':
      return fitExact(task, solver, pause)
    case 'sgd':
      return fitInEpochs(task, solver, sgd(solver), pause)
    case 'adam':
      return fitInEpochs(task, solver, adam(solver), pause)
  }
}
