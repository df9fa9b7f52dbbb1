import type { DatasetVersion } from '../dataset/dataset.ts'
import { Problem } from '../problem.ts'
import { defaultSearch } from './default-search.ts'
import { wholeEpochs } from './next-trials.ts'
import type { TunePlan } from './plan.ts'
import { readSearch } from './read-search.ts'
import { setPairs } from './set-pairs.ts'
import { epochsKey } from './trial-settings.ts'

export type WantedTune = Pick<TunePlan, 'base' | 'trials' | 'halving' | 'seed'> & {
  /** `key=range`; absent: what is worth varying with the run's strategy. */
  readonly search?: readonly string[] | undefined
  readonly version: Pick<DatasetVersion, 'dataset' | 'version' | 'counts'>
  /** Full names of settings that were chosen though they are the defaults. */
  readonly chosen?: readonly string[] | undefined
}

/**
 * A tune that can be done, its space read.
 *
 * @throws Problem `tuning/no-validation`, `tuning/bad-search`, `tuning/bad-range`, `tuning/no-epochs`, `settings/…`.
 */
export function makeTunePlan({ version, search, chosen = [], ...wanted }: WantedTune): TunePlan {
  const { base, halving } = wanted
  const name = `${version.dataset}@${version.version}`
  if (version.counts.validation === 0) throw noValidation(name)
  const set = [...new Set([...chosen, ...setPairs(base).map((pair) => pair.slice(0, pair.indexOf('=')))])]
  const space = readSearch(search?.length ? search : defaultSearch(base, set), base)
  if (space.length === 0) {
    throw new Problem('tuning/bad-search', {
      says: 'Everything that is usually searched is set.',
      advice: 'Say what to search: --search key=range, for example --search l2=1e-6..0.1.',
    })
  }
  const plan = { ...wanted, dataset: name, space }
  const twice = space.find(({ key }) => chosen.includes(key))
  if (twice) {
    throw new Problem('tuning/bad-search', {
      says: `"${twice.key}" is both set and searched.`,
      advice: `Leave out --set ${twice.key}, or its --search.`,
    })
  }
  if (halving) demandEpochs(plan)
  return plan
}

function demandEpochs(plan: TunePlan): void {
  const { base, space } = plan
  const searched = space.find(({ key }) => key === epochsKey(base) || key === 'solver.epochs')
  if (searched) {
    throw new Problem('tuning/bad-search', {
      says: `"${searched.key}" can't be searched while halving: that is what it shares out.`,
      advice: 'Set the most that a trial may have with --set, or leave --halving out.',
    })
  }
  const stages = base.freeze?.stages?.filter(({ groups }) => groups !== 0) ?? []
  if (stages.length > 0 && stages.every(({ epochs }) => epochs !== undefined)) {
    throw new Problem('tuning/no-epochs', {
      says: 'Every stage has epochs of its own, so there are none that halving could share out.',
      advice: 'Leave the epochs out of the stages, or leave --halving out.',
    })
  }
  if (wholeEpochs(plan) === undefined) {
    throw new Problem('tuning/no-epochs', {
      says: 'The exact solver has no epochs that halving could share out.',
      advice: 'Choose another with --set solver=sgd, or leave --halving out.',
    })
  }
}

function noValidation(dataset: string): Problem {
  return new Problem('tuning/no-validation', {
    says: `${dataset} keeps no pictures for validation, and trials can't be judged on the test split.`,
    advice: 'Import it again with a share held out: whippet import PATH --name NAME --validation 0.15',
  })
}
