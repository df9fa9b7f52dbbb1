import { parseSet, type RunSettings } from '../run/settings.ts'
import { SOLVERS, type SolverKind } from '../run/solvers.ts'
import { choicesOf } from './choices.ts'
import type { Varied } from './sample-trials.ts'
import { setPairs } from './set-pairs.ts'

/** Where a run's epochs are set; undefined where its solver has none. */
export function epochsKey({
  strategy,
  solver,
}: Pick<RunSettings, 'strategy' | 'solver'>): string | undefined {
  if (strategy !== 'feature-extraction') return 'training.epochs'
  return solver.kind === 'exact' ? undefined : 'solver.epochs'
}

/** The value of {@link epochsKey}. */
export function epochsSet({ strategy, solver, training }: RunSettings): number | undefined {
  if (strategy !== 'feature-extraction') return training?.epochs
  return 'epochs' in solver ? solver.epochs : undefined
}

/** How many epochs a run is set to train for, stages that have their own included; undefined where it has none. */
export function epochsOf(settings: RunSettings): number | undefined {
  const { strategy, freeze } = settings
  const usual = epochsSet(settings)
  if (strategy === 'feature-extraction' || usual === undefined) return usual
  const stages = freeze?.stages?.filter(({ groups, epochs }) => groups !== 0 || epochs !== undefined)
  return stages?.reduce((sum, { epochs }) => sum + (epochs ?? usual), 0) ?? usual
}

/**
 * The settings of a run with some of them varied. It judges on validation, so an exact head is not fitted again on
 * train + validation: the winner is, when it is trained.
 *
 * @throws as `parseSet`.
 */
export function variedSettings(base: RunSettings, varied: Varied): RunSettings {
  const pairs = Object.entries(varied).map(([key, value]) => `${key}=${value}`)
  const { solver, ...chosen } = parseSet(
    [...keptOfSolver(base, varied), ...pairs],
    base.strategy,
    choicesOf(base),
  )
  return {
    ...base,
    ...chosen,
    solver: solver.kind === 'exact' ? { ...solver, refit: false } : solver,
  }
}

/** What the base says of its solver, as far as another one that a trial has can do with it. */
function keptOfSolver(base: RunSettings, { 'solver.kind': kind }: Varied): string[] {
  if (kind === undefined || kind === base.solver.kind) return []
  const { shape } = SOLVERS[kind as SolverKind]
  return setPairs(base).filter((pair) => {
    const [, name = ''] = /^solver\.(\w+)=/.exec(pair) ?? []
    return name !== 'kind' && name in shape
  })
}

/** A trial's settings as they are worth training: the exact head is fitted again on train + validation if the base was. */
export function winningSettings(base: RunSettings, { trial: _, ...settings }: RunSettings): RunSettings {
  if (settings.solver.kind !== 'exact') return settings
  const refit = base.solver.kind === 'exact' ? base.solver.refit : true
  return { ...settings, solver: { ...settings.solver, refit } }
}
