import type { TunePlan } from './plan.ts'
import { type Judgement, ranked } from './ranking.ts'
import { halvingRungs } from './rungs.ts'
import { sampleTrials, type Varied } from './sample-trials.ts'
import { epochsKey, epochsSet, variedSettings } from './trial-settings.ts'

/** One training of one trial: in successive halving a trial that goes on is trained again, for more epochs. */
export type TrialTask = {
  /** From 1, in the order of the draw. */
  readonly number: number
  /** From 0; always 0 in random search. */
  readonly rung: number
  /** The epochs of a rung among them. */
  readonly varied: Varied
  /** The rung that has trained exactly this already: what the trial's solver makes knows no epochs. */
  readonly sameAs?: number
}

/** What has become of a task; `open`: it waits or runs. */
export type TrialResult = { readonly number: number; readonly rung: number } & (
  | { readonly status: 'open' | 'failed' }
  | { readonly status: 'judged'; readonly judged: Judgement }
)

export type TuneProgress = {
  /** Of every rung that has begun, in the order in which they are trained. */
  readonly tasks: readonly TrialTask[]
  /** Those of them that nobody has begun. */
  readonly next: readonly TrialTask[]
  /** Whether nothing is left to do or to wait for. */
  readonly done: boolean
}

/**
 * Where a tune stands, and what comes next: a pure function of its plan and of what its runs came to, so that it goes on
 * after any interruption as if there had been none.
 *
 * A trial that is promoted is trained again from the start with the next rung's epochs, not from where it stood: rates
 * follow the number of epochs, so the settings of each row give exactly what was measured. What failed is not promoted.
 */
export function tuneProgress(plan: TunePlan, results: readonly TrialResult[]): TuneProgress {
  const resultOf = ({ number, rung, sameAs }: TrialTask) =>
    results.find((result) => result.number === number && result.rung === (sameAs ?? rung))
  const trials = trialsOf(plan)
  const rungs = rungsOf(plan, trials.length)
  const tasks: TrialTask[] = []
  let going = trials.map((_, i) => i + 1)
  for (const [rung, { epochs }] of rungs.entries()) {
    const here = going.map((number) => taskOf(plan, { number, rung, epochs, varied: trials[number - 1]! }))
    tasks.push(...here)
    const next = here.filter((task) => !resultOf(task))
    const settled = here.flatMap((task) => {
      const result = resultOf(task)
      return result && result.status !== 'open' ? [{ ...result, rung }] : []
    })
    if (settled.length < here.length) return { tasks, next, done: false }
    const places = rungs[rung + 1]?.trials ?? 0
    going = ranked(settled.map((result) => ({ judged: undefined, ...result })))
      .slice(0, places)
      .map(({ number }) => number)
  }
  return { tasks, next: [], done: true }
}

/** All trials of a plan, in the order of the draw. */
export function trialsOf({ base, space, trials, seed }: TunePlan): Varied[] {
  return sampleTrials({ space, trials, seed, solver: base.solver.kind })
}

/** How many trainings a tune comes to where none fails. */
export function plannedRuns(plan: TunePlan): number {
  const trials = trialsOf(plan)
  return rungsOf(plan, trials.length).reduce((sum, rung) => sum + rung.trials, 0)
}

/** The epochs that a trial in the last rung is trained for; undefined where no solver of the space has any. */
export function wholeEpochs({ base, space }: Pick<TunePlan, 'base' | 'space'>): number | undefined {
  const solvers = space.find(({ key }) => key === 'solver.kind')
  const kinds = solvers?.kind === 'choice' ? solvers.values : [base.solver.kind]
  const settings = kinds.map((kind) =>
    variedSettings(base, base.solver.kind === kind ? {} : { 'solver.kind': kind }),
  )
  return settings.map(epochsSet).find((known) => known !== undefined)
}

function rungsOf(plan: TunePlan, trials: number): { trials: number; epochs?: number }[] {
  const epochs = plan.halving ? wholeEpochs(plan) : undefined
  return epochs === undefined ? [{ trials }] : halvingRungs({ trials, epochs })
}

function taskOf(
  { base }: TunePlan,
  {
    number,
    rung,
    epochs,
    varied,
  }: { number: number; rung: number; epochs?: number | undefined; varied: Varied },
): TrialTask {
  if (epochs === undefined) return { number, rung, varied }
  const key = epochsKey(variedSettings(base, varied))
  if (key !== undefined) return { number, rung, varied: { ...varied, [key]: `${epochs}` } }
  return { number, rung, varied, ...(rung > 0 && { sameAs: 0 }) }
}
