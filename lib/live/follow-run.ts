import type { RunEvent } from '../run/events.ts'
import { reduceRun } from '../run/reduce.ts'
import type { Run } from '../run/run.ts'
import type { Skipped, Stretch } from './protocol.ts'

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

/** The next stretch of a log, in full or in short. */
export function followStretch(run: Run, stretch: Stretch): Followed {
  return 'events' in stretch
    ? follow(run, stretch.events)
    : { run: followSkipped(run, stretch.skipped), missing: false }
}

/** A stretch in short has the whole run in it, so it fits whatever came before; one that is known already changes nothing. */
function followSkipped(run: Run, { to, run: then }: Skipped): Run {
  return to > run.seq ? then : run
}
