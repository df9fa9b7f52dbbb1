import { Problem } from '../../lib/problem.ts'
import { isOver, type Run } from '../../lib/run/run.ts'
import type { RunSettings } from '../../lib/run/settings.ts'
import { type TrialTask, tuneProgress } from '../../lib/tuning/next-trials.ts'
import { variedSettings } from '../../lib/tuning/trial-settings.ts'
import { endOf, resultsOf, type StoredTune } from '../../lib/tuning/tune.ts'
import type { Store } from '../store/open.ts'
import type { Bell } from './bell.ts'

/** How trials are done: by a server's queue, or by a command itself. */
export type TuneWork = {
  readonly store: Store
  /** Sees to it that a new run is done; may resolve before it is. */
  begin(settings: RunSettings): Promise<unknown>
  stop(run: Run): Promise<unknown>
  /** How many trials may be under way at once. */
  readonly places: number
  /** Rings after everything that happens to the tune's runs, and when its stop is asked for. */
  readonly bell: Bell
  /** Leaves the tune as it stands, for another process to go on with. */
  readonly signal: AbortSignal
}

/**
 * Does a tune to its end, no more trials queued than there are devices, so that other runs get their turn in between.
 * Everything it needs to know is in the store: after a crash it goes on with the trial that comes next.
 *
 * @throws what the store throws, and what keeps runs from being begun.
 */
export async function doTune(id: string, work: TuneWork): Promise<StoredTune> {
  const { store, bell, signal } = work
  for (;;) {
    const heard = bell.listen()
    const tune = await findTune(store, id)
    if (signal.aborted || tune.ended) return tune
    const runs = await runsOfTune(store, id)
    const open = runs.filter(({ state }) => !isOver(state))
    const { next, done } = tuneProgress(tune.plan, resultsOf(runs))
    const at = new Date().toISOString()
    if (tune.requestedStop && open.length === 0) await store.tunes.end(id, { status: 'stopped', at })
    else if (tune.requestedStop) {
      for (const run of open) if (!run.requestedStop) await work.stop(run).catch(alreadyOver)
      await heard
    } else if (done) await store.tunes.end(id, endOf(runs, at))
    else if (next[0] && open.length < work.places) await work.begin(trialRun(tune, next[0]))
    else await heard
  }
}

function trialRun({ id, plan }: StoredTune, { number, rung, varied }: TrialTask): RunSettings {
  return { ...variedSettings(plan.base, varied), trial: { tune: id, number, rung } }
}

/** By its id, or the beginning of it. @throws Problem `tunes/unknown`, `tunes/ambiguous`, `tunes/damaged`. */
export async function findTune({ tunes }: Store, wanted: string): Promise<StoredTune> {
  const found = await tunes.find(wanted)
  if (found) return found
  throw new Problem('tunes/unknown', {
    says: `There is no tune "${wanted}".`,
    advice: 'Begin one: whippet tune --dataset NAME.',
  })
}

/** The runs of a tune, in the order in which they were created. */
export async function runsOfTune({ tunes, runs }: Store, tune: string): Promise<Run[]> {
  const found: Run[] = []
  for (const id of await tunes.runs(tune)) {
    const run = await runs.find(id)
    if (run) found.push(run)
  }
  return found
}

/** A trial may end by itself before its stop arrives. */
function alreadyOver(thrown: unknown): void {
  if (!(thrown instanceof Problem && thrown.code === 'runs/not-running')) throw thrown
}
