import { Problem } from '../../lib/problem.ts'
import type { Run } from '../../lib/run/run.ts'

export function unknownRun(wanted: string): Problem {
  return new Problem('runs/unknown', { says: `There is no run "${wanted}".`, advice: 'See "whippet runs".' })
}

export function notRunning(run: Run): Problem {
  return new Problem('runs/not-running', { says: `Run ${run.id} is not running: it ${run.state.status}.` })
}
