import { Problem } from '../problem.ts'
import { fitExact } from './exact.ts'
import { pauseFor } from './pause.ts'
import type { FitHeadTask, FittedHead } from './task.ts'

/** Fits a head on cached features. Same task, same objective, same threads: the same bytes. */
export async function fitHead(task: FitHeadTask): Promise<FittedHead> {
  const pause = pauseFor(task.shouldStop ?? (() => false))
  const { solver } = task
  if (solver.kind === 'exact') return fitExact(task, solver, pause)
  throw new Problem('training/not-yet', { says: 'This solver is not written yet.' })
}
