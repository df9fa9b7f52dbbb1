import type { RunEvent } from '../run/events.ts'
import { reduceRun } from '../run/reduce.ts'
import type { Run } from '../run/run.ts'

/** A run after some events arrived; `missing` where one before them has not, and the rest must be asked for. */
export type Followed = { readonly run: Run; readonly missing: boolean }

/**
 * Folds what arrived, however it overlaps what is there: an event that is known is passed over, none counts twice, and
 * at a gap it stops.
 */
export function follow(run: Run, events: readonly RunEvent[]): Followed {
  let next = run
  for (const event of events) {
    if (event.seq <= next.seq) continue
    if (event.seq > next.seq + 1) return { run: next, missing: true }
    next = reduceRun(next, event)
  }
  return { run: next, missing: false }
}
