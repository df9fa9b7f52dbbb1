import type { RunEvent } from '../../lib/run/events.ts'
import type { Store } from '../store/open.ts'
import type { Log } from './log.ts'

/** Writes what happens to runs into the log, but for their progress. Returns what ends it. */
export function logRuns({ runs }: Pick<Store, 'runs'>, log: Log): () => void {
  return runs.subscribeToAll((run, event) => {
    const says = lineOf(event)
    if (says === undefined) return
    const fields = { run, attempt: event.attempt, event: event.type }
    if (event.type === 'failed') log.warn(says, { ...fields, code: event.problem.code })
    else log.info(says, fields)
  })
}

function lineOf(event: RunEvent): string | undefined {
  switch (event.type) {
    case 'queued':
      return `queued on ${event.dataset.name}`
    case 'started':
      return `begun in process ${event.pid}`
    case 'phase':
      return event.phase
    case 'training-engine':
      return `training on ${event.title}`
    case 'evaluated':
      return `top-1 ${(event.evaluation.top1 * 100).toFixed(1)} % of ${event.evaluation.images} pictures`
    case 'stop-requested':
      return 'asked to stop'
    case 'succeeded':
      return 'succeeded'
    case 'stopped':
      return event.kept ? 'stopped, the best so far is kept' : 'stopped, there was nothing to keep'
    case 'failed':
      return `failed: ${event.problem.says}`
    default:
      return undefined
  }
}
