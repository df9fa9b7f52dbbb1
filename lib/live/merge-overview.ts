import type { RunSummary } from '../api/runs.ts'
import type { Overview, OverviewChange } from './protocol.ts'

/** How many runs the overview keeps; older ones are on the page of runs. */
const KEPT = 50

/** An overview after a message: what is in the message has changed, the rest is as it was. */
export function mergeOverview(before: Overview, { runs, machine }: OverviewChange): Overview {
  return { ...(machine ?? before), runs: mergeRuns(before.runs, runs).slice(0, KEPT) }
}

/** Changed runs among those that are there, the newest first; a run never goes back to an earlier state. */
export function mergeRuns(before: readonly RunSummary[], changed: readonly RunSummary[]): RunSummary[] {
  const byId = new Map(before.map((run) => [run.id, run]))
  for (const run of changed) {
    if (run.seq >= (byId.get(run.id)?.seq ?? 0)) byId.set(run.id, run)
  }
  return [...byId.values()].sort((a, b) => (a.queuedAt < b.queuedAt ? 1 : a.queuedAt > b.queuedAt ? -1 : 0))
}
