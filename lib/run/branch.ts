import type { Branching, NewRun } from '../api/runs.ts'
import type { StrategyName } from '../strategy/strategies.ts'
import type { Run } from './run.ts'
import type { StartFrom } from './settings.ts'

/**
 * The settings of a run that starts from another one: the parent's where nothing else is said. Another strategy begins with
 * its own options, because the parent's would not fit; the backbone is the parent's.
 */
export function branchSettings(
  { id, settings }: Pick<Run, 'id' | 'settings'>,
  { checkpoint = 'best', ...changes }: Branching,
): NewRun & { readonly strategy: StrategyName; readonly from: StartFrom } {
  const { from: _, recipe: _recipe, freeze, training, ...kept } = settings
  const strategy = changes.strategy ?? settings.strategy
  const same = strategy === settings.strategy
  return {
    ...kept,
    ...(same && freeze && { freeze }),
    ...(strategy !== 'feature-extraction' && training && { training }),
    ...changes,
    strategy,
    from: { run: id, checkpoint },
  }
}
