import { depthOfSettings } from '../run/depth.ts'
import type { RunSettings } from '../run/settings.ts'
import { USUAL_RATES } from '../run/training.ts'

/** Around an optimizer's usual rate: too low costs epochs, too high everything. */
const RATE_BELOW = 30
const RATE_ABOVE = 10

/**
 * What is worth varying where nobody says: rates and regularisation; of feature extraction the solver too, as each has
 * its own. Nothing that would have features extracted anew. Settings in `chosen` (full names) stay as they are.
 */
export function defaultSearch(base: RunSettings, chosen: readonly string[] = []): string[] {
  const all = base.strategy === 'feature-extraction' ? ofHead(base, chosen) : ofTraining(base)
  return all.filter((search) => !chosen.includes(search.slice(0, search.indexOf('='))))
}

function ofHead({ solver }: RunSettings, chosen: readonly string[]): string[] {
  const rate = 'solver.learningRate=0.0001..1'
  const l2 = 'solver.l2=1e-6..0.1'
  if (solver.kind !== 'exact') return [rate, l2]
  return chosen.some((key) => key.startsWith('solver.')) ? [l2] : ['solver.kind=exact,sgd,adam', rate, l2]
}

function ofTraining(settings: RunSettings): string[] {
  const { training, freeze } = settings
  const usual = USUAL_RATES[depthOfSettings(settings)][training?.optimizer ?? 'momentum']
  const [low, high] = [usual / RATE_BELOW, usual * RATE_ABOVE].map((rate) => Number(rate.toPrecision(2)))
  const stagesHaveRates = freeze?.stages?.every(({ groups, learningRate }) => groups === 0 || learningRate)
  return [
    ...(stagesHaveRates ? [] : [`training.learningRate=${low}..${high}`]),
    (training?.weightDecay ?? 0) > 0 ? 'training.weightDecay=1e-4..0.1' : 'training.l2=1e-6..1e-2',
    'training.labelSmoothing=0,0.1',
  ]
}
