import { parseSet, type RunSettings } from '../../run/settings.ts'
import type { StrategyName } from '../../strategy/strategies.ts'
import type { TunePlan } from '../plan.ts'
import { readSearch } from '../read-search.ts'

/** Settings of a run from `--set` pairs. */
export function settingsFrom(
  set: readonly string[] = [],
  strategy: StrategyName = 'feature-extraction',
): RunSettings {
  return {
    dataset: 'v1',
    backbone: 'tf_efficientnet_lite0',
    strategy,
    ...parseSet(set, strategy),
  }
}

/** A plan whose space is read from `search`. */
export function planFrom(
  search: readonly string[],
  rest: Partial<TunePlan> & { set?: readonly string[] } = {},
): TunePlan {
  const { set = ['solver=sgd'], ...given } = rest
  const base = settingsFrom(set)
  const space = readSearch(search, base)
  return { dataset: 'dogs@1', base, space, trials: 20, halving: false, seed: 0, ...given }
}
