import type { Trial, Tune, TuneSummary } from '../api/tunes.ts'
import { Problem, type ProblemSummary } from '../problem.ts'
import { isOver, type Run } from '../run/run.ts'
import { axisWords } from './axis.ts'
import { plannedRuns, type TrialResult, type TrialTask, tuneProgress } from './next-trials.ts'
import type { TunePlan } from './plan.ts'
import { ranked } from './ranking.ts'
import { trainCommand } from './set-pairs.ts'
import { epochsOf, variedSettings, winningSettings } from './trial-settings.ts'

/** A tune as it is stored: everything else follows from its plan and its runs. */
export type StoredTune = {
  readonly id: string
  readonly plan: TunePlan
  readonly createdAt: string
  readonly requestedStop: boolean
  readonly ended?: TuneEnd | undefined
}

export type TuneEnd = {
  readonly status: 'succeeded' | 'stopped' | 'failed'
  readonly at: string
  readonly problem?: ProblemSummary | undefined
}

/** A run whose process was killed says nothing of its settings: it is tried again, so often. */
const MOST_VANISHED = 3
const VANISHED = 'worker/vanished'

/** What the runs of a tune came to. Of several runs of one trial the latest counts. */
export function resultsOf(runs: readonly Run[]): TrialResult[] {
  return [...latest(runs).values()].flatMap((run): TrialResult[] => {
    const { number, rung } = run.settings.trial!
    if (!isOver(run.state)) return [{ number, rung, status: 'open' }]
    if (hasVanished(run) && runsOf(runs, run).length < MOST_VANISHED) return []
    const { evaluation, state } = run
    if (state.status !== 'succeeded' || evaluation?.split !== 'validation')
      return [{ number, rung, status: 'failed' }]
    return [{ number, rung, status: 'judged', judged: { loss: evaluation.logLoss, top1: evaluation.top1 } }]
  })
}

/** A tune as people see it. `runs` in the order in which they were created. */
export function tuneOf(stored: StoredTune, runs: readonly Run[]): Tune {
  const { plan, ended } = stored
  const { tasks } = tuneProgress(plan, resultsOf(runs))
  const byTask = latest(runs)
  const rankOf = new Map(judgedRuns(runs).map(({ run }, i) => [run, i + 1]))
  const [best] = judgedRuns(runs)
  const rows = tasks
    .filter(({ sameAs }) => sameAs === undefined)
    .map((task) => ({ task, run: byTask.get(keyOf(task)) }))
  return {
    ...tuneSummary(stored, runs),
    revision: revisionOf(stored, runs),
    pictures: runs[0]?.dataset.counts.validation ?? 0,
    seed: plan.seed,
    space: plan.space.map((axis) => ({ key: axis.key, says: axisWords(axis) })),
    trials: rows.flatMap(({ task, run }) => {
      // What was never begun is no row of a tune that is over.
      if (!run && ended) return []
      return [trialOf(task, run, { plan, rank: run && rankOf.get(run) })]
    }),
    ...(best && { winner: winnerOf(best.run, plan) }),
  }
}

/** The same on one line of a list. */
export function tuneSummary({ id, plan, createdAt, ended }: StoredTune, runs: readonly Run[]): TuneSummary {
  const [best] = judgedRuns(runs)
  return {
    id,
    dataset: { version: plan.base.dataset, name: plan.dataset },
    backbone: plan.base.backbone,
    strategy: plan.base.strategy,
    status: ended?.status ?? 'running',
    createdAt,
    ...(ended && { endedAt: ended.at }),
    ...(ended?.problem && { problem: ended.problem }),
    halving: plan.halving,
    planned: plannedRuns(plan),
    over: [...latest(runs).values()].filter(({ state }) => isOver(state)).length,
    ...(best && { best: { validationTop1: best.judged.top1, validationLoss: best.judged.loss } }),
  }
}

/** The runs that were judged, the best first. */
function judgedRuns(runs: readonly Run[]) {
  const judged = [...latest(runs).values()].flatMap((run) => {
    const [result] = resultsOf([run])
    return result?.status === 'judged' ? [{ ...result, run }] : []
  })
  return ranked(judged)
}

function trialOf(
  { number, rung, varied }: TrialTask,
  run: Run | undefined,
  { plan, rank }: { plan: TunePlan; rank: number | undefined },
): Trial {
  const settings = run?.settings ?? variedSettings(plan.base, varied)
  const { evaluation, state, startedAt, endedAt } = run ?? {}
  const judged = state?.status === 'succeeded' ? evaluation : undefined
  return {
    trial: number,
    rung,
    ...(rank !== undefined && { rank }),
    ...(run && { run: run.id }),
    settings: Object.fromEntries(Object.entries(varied).map(([key, value]) => [key, jsonOf(value)])),
    state: state?.status ?? 'waiting',
    validationTop1: judged?.top1 ?? null,
    validationLoss: judged?.logLoss ?? null,
    epochs: epochsOf(settings) ?? null,
    ...(startedAt && endedAt && { seconds: (Date.parse(endedAt) - Date.parse(startedAt)) / 1000 }),
    ...(state?.status === 'failed' && { problem: state.problem }),
  }
}

function winnerOf({ id, settings }: Run, { base, dataset }: TunePlan): NonNullable<Tune['winner']> {
  const winning = winningSettings(base, settings)
  const { number, rung } = settings.trial!
  return { run: id, trial: number, rung, settings: winning, command: trainCommand(winning, dataset) }
}

/** How a tune of which nothing is left to do has ended. */
export function endOf(runs: readonly Run[], at: string): TuneEnd {
  if (resultsOf(runs).some(({ status }) => status === 'judged')) return { status: 'succeeded', at }
  const failed = runs.findLast(({ state }) => state.status === 'failed')?.state
  const why = failed?.status === 'failed' ? ` The last one: ${failed.problem.says}` : ''
  const problem = new Problem('tuning/all-failed', {
    says: `None of the trials could be judged.${why}`,
    advice: 'Search smaller rates, or look at one of the trials.',
  })
  return { status: 'failed', at, problem: problem.summary() }
}

function revisionOf({ requestedStop, ended }: StoredTune, runs: readonly Run[]): string {
  const going = runs.filter(({ state }) => !isOver(state)).map(({ state }) => state.status)
  return [runs.length, ...going, requestedStop && 'stopping', ended?.status].filter(Boolean).join('-') || '0'
}

const keyOf = ({ number, rung }: { number: number; rung: number }) => `${number}/${rung}`

function latest(runs: readonly Run[]): Map<string, Run> {
  return new Map(runs.flatMap((run) => (run.settings.trial ? [[keyOf(run.settings.trial), run]] : [])))
}

const runsOf = (runs: readonly Run[], { settings }: Run) =>
  runs.filter(({ settings: { trial } }) => trial && keyOf(trial) === keyOf(settings.trial!))

const hasVanished = ({ state }: Run) => state.status === 'failed' && state.problem.code === VANISHED

/** As JSON has it: numbers and truth values as such. */
function jsonOf(text: string): number | boolean | string {
  if (text === 'true' || text === 'false') return text === 'true'
  return Number.isFinite(Number(text)) ? Number(text) : text
}
