import { Problem } from '../problem.ts'
import { parseSet, type RunSettings, settingName } from '../run/settings.ts'
import type { StrategyName } from '../strategy/strategies.ts'
import type { Axis } from './axis.ts'
import { choicesOf } from './choices.ts'

/** Settings whose effect goes by factors. */
const BY_FACTORS = ['learningRate', 'l2', 'weightDecay']
/** A range of so many decades is searched by factors too. */
const WIDE = 100

/**
 * The space of a tune from `key=range` texts. A range is `1e-4..1e-1`, log-uniform for rates, L2, weight decay and where
 * it spans two decades, otherwise uniform (`…:log` and `…:uniform` say which); choices are `a,b,c`, or `a|b` where a
 * value has commas itself. Keys are what `--set` takes; `base` is what all trials have in common.
 *
 * @throws Problem `settings/unknown-key` with near names, `settings/bad-value`, `tuning/bad-search`, `tuning/bad-range`.
 */
export function readSearch(texts: readonly string[], base: RunSettings): Axis[] {
  const pairs = texts.map((text) => splitSearch(text, base.strategy))
  const solvers = pairs.find(([key]) => key === 'solver.kind')?.[1]
  const kinds = solvers === undefined ? [base.solver.kind] : choicesIn(solvers)
  const axes = pairs.map(([key, text]) => axisOf(key, text, (value) => check(key, value, kinds, base)))
  for (const [i, { key }] of axes.entries()) {
    if (axes.findIndex((axis) => axis.key === key) === i) continue
    throw badSearch(`"${key}" is searched twice.`, 'Give each setting one range.')
  }
  return axes
}

function splitSearch(text: string, strategy: StrategyName): [string, string] {
  const at = text.indexOf('=')
  if (at > 0) return [settingName(text.slice(0, at).trim(), strategy), text.slice(at + 1).trim()]
  throw badSearch(
    `"${text}" says nothing to search.`,
    'Write key=range, for example --search learningRate=1e-4..1e-1.',
  )
}

function axisOf(key: string, text: string, checked: (value: string) => void): Axis {
  const range = /^(.+?)\.\.(.+?)(?::(log|uniform))?$/.exec(text)
  if (!range) {
    const values = [...new Set(choicesIn(text))]
    if (values.length === 0) {
      throw badSearch(
        `There is nothing to choose from for "${key}".`,
        'Give a range like 1e-4..1e-1, or choices like a,b,c.',
      )
    }
    for (const value of values) checked(value)
    return { kind: 'choice', key, values }
  }
  const [, low = '', high = '', named] = range
  const [min, max] = [endOf(key, low, text), endOf(key, high, text)]
  checked(low.trim())
  checked(high.trim())
  if (!(min < max)) throw emptyRange(key, text, { min, max })
  const scale = named ?? (isByFactors(key) || (min > 0 && max / min >= WIDE) ? 'log' : 'uniform')
  if (scale === 'log' && min <= 0) {
    throw new Problem('tuning/bad-range', {
      says: `"${key}" is searched by factors, and ${text} begins at ${min}.`,
      advice: `Begin above 0, or write ${low}..${high}:uniform.`,
    })
  }
  return {
    kind: 'range',
    key,
    min,
    max,
    scale: scale as 'log' | 'uniform',
    whole: isWhole(min, max, checked),
  }
}

/** A value that `--set` would take from someone who chose one of the solvers. */
function check(key: string, value: string, kinds: readonly string[], base: RunSettings): void {
  const troubles: unknown[] = []
  for (const kind of kinds) {
    try {
      parseSet(
        [...(key === 'solver.kind' ? [] : [`solver.kind=${kind}`]), `${key}=${value}`],
        base.strategy,
        choicesOf(base),
      )
      return
    } catch (thrown) {
      troubles.push(thrown)
    }
  }
  throw troubles[0]
}

/** Whether a setting takes whole numbers only: it takes both ends, and nothing between two neighbours. */
function isWhole(min: number, max: number, checked: (value: string) => void): boolean {
  if (!Number.isInteger(min) || !Number.isInteger(max)) return false
  try {
    checked(`${min + 0.5}`)
    return false
  } catch {
    return true
  }
}

function endOf(key: string, text: string, range: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isFinite(value)) return value
  throw new Problem('tuning/bad-range', {
    says: `"${key}" can't be searched in ${range}: "${text}" is no number.`,
    advice: 'A range is two numbers, like 1e-4..1e-1; choices have commas between, like a,b,c.',
  })
}

function emptyRange(key: string, text: string, { min, max }: { min: number; max: number }): Problem {
  return new Problem('tuning/bad-range', {
    says: `The range ${text} of "${key}" ${min === max ? 'holds one value' : 'begins above its end'}.`,
    advice: min === max ? `Write --set ${key}=${min} instead.` : `Write ${max}..${min}.`,
  })
}

function badSearch(says: string, advice: string): Problem {
  return new Problem('tuning/bad-search', { says, advice })
}

const isByFactors = (key: string) => BY_FACTORS.includes(key.slice(key.lastIndexOf('.') + 1))

function choicesIn(text: string): string[] {
  return text
    .split(text.includes('|') ? '|' : ',')
    .map((value) => value.trim())
    .filter(Boolean)
    .map((value) => (Number.isFinite(Number(value)) ? `${Number(value)}` : value))
}
