import type { Run } from '../../../lib/run/run.ts'
import type { Services } from '../../services.ts'
import { unknownRun } from '../../worker/run-problems.ts'

/** Finds the run that a path names. The function that it returns @throws Problem `runs/unknown`. */
export function runFinder({ runs }: Pick<Services, 'runs'>): (id: string) => Promise<Run> {
  return async (id) => {
    const run = await runs.find(id)
    if (!run) throw unknownRun(id)
    return run
  }
}
