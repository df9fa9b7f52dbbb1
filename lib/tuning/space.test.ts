import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { STRATEGY_NAMES } from '../strategy/strategies.ts'
import { type Axis, valueAt } from './axis.ts'
import { defaultSearch } from './default-search.ts'
import { readSearch } from './read-search.ts'
import { sampleTrials } from './sample-trials.ts'
import { settingsFrom } from './testing/plans.ts'
import { variedSettings } from './trial-settings.ts'

const sgd = settingsFrom(['solver=sgd'])
const exact = settingsFrom()
const tuned = settingsFrom([], 'partial-fine-tuning')

describe('a search is read in the light of the settings', () => {
  test('rates, L2 and wide ranges are log-uniform, others uniform, and the text may say which', () => {
    const scales = (search: string) => readSearch([search], sgd).map((axis) => 'scale' in axis && axis.scale)
    expect(scales('learningRate=0.1..0.2')).toEqual(['log'])
    expect(scales('l2=1e-6..1e-5')).toEqual(['log'])
    expect(scales('batchSize=8..800')).toEqual(['log'])
    expect(scales('batchSize=8..64')).toEqual(['uniform'])
    expect(scales('batchSize=8..64:log')).toEqual(['log'])
    expect(scales('learningRate=0.1..0.9:uniform')).toEqual(['uniform'])
  })

  test('a setting that takes whole numbers is searched in whole numbers', () => {
    const whole = (search: string) => readSearch([search], sgd).map((axis) => 'whole' in axis && axis.whole)
    expect(whole('epochs=5..20')).toEqual([true])
    expect(whole('momentum=0..0.9')).toEqual([false])
    expect(whole('learningRate=1..2')).toEqual([false])
  })

  test('choices are numbers, truth values or names; with | they may have commas', () => {
    expect(readSearch(['looks=whole,whole+second', 'seed=1,2,2'], sgd)).toEqual([
      { kind: 'choice', key: 'looks', values: ['whole', 'whole+second'] },
      { kind: 'choice', key: 'seed', values: ['1', '2'] },
    ])
    expect(readSearch(['refit=true,false'], exact)).toMatchObject([{ key: 'solver.refit' }])
    expect(readSearch(['groups=blocks.6|blocks.5,blocks.6'], tuned)).toEqual([
      { kind: 'choice', key: 'freeze.groups', values: ['blocks.6', 'blocks.5,blocks.6'] },
    ])
  })

  test('a solver’s own settings may be searched beside the solver', () => {
    const space = readSearch(['solver=exact,sgd', 'learningRate=0.01..1'], exact)
    expect(space.map(({ key }) => key)).toEqual(['solver.kind', 'solver.learningRate'])
  })

  test.each([
    ['learningrate=0.1..1', 'settings/unknown-key', 'Did you mean solver.learningRate?'],
    ['learningRate=0..1', 'settings/bad-value', 'It takes a number above 0.'],
    ['l2=0..1', 'tuning/bad-range', 'Begin above 0, or write 0..1:uniform.'],
    ['learningRate=1..0.1', 'tuning/bad-range', 'Write 0.1..1.'],
    ['learningRate=0.1..1e-1', 'tuning/bad-range', 'Write --set solver.learningRate=0.1 instead.'],
    ['epochs=a..b', 'tuning/bad-range', 'A range is two numbers'],
    ['epochs=', 'tuning/bad-search', 'Give a range'],
    ['epochs', 'tuning/bad-search', 'Write key=range'],
    ['looks=whole,twice', 'settings/bad-value', 'It takes one of whole'],
    ['training.epochs=1..9', 'settings/unknown-key', 'It belongs to --strategy partial-fine-tuning'],
  ])('%s is refused with advice', (search, code, advice) => {
    expect(() => readSearch([search], sgd)).toThrow(
      expect.objectContaining({ code, advice: expect.stringContaining(advice) }),
    )
  })

  test('one setting is searched once, whatever it is called', () => {
    expect(() => readSearch(['l2=0.1..1', 'solver.l2=0.1..1'], sgd)).toThrow('"solver.l2" is searched twice.')
  })

  test('a setting of another solver says whose it is', () => {
    expect(() => readSearch(['learningRate=0.1..1'], exact)).toThrow(
      expect.objectContaining({ advice: 'It belongs to solver=sgd and solver=adam.' }),
    )
  })
})

describe('what is worth varying', () => {
  test.each(STRATEGY_NAMES)('can be tried with %s as it is, its rate log-uniform', (strategy) => {
    const base = settingsFrom([], strategy)
    const space = readSearch(defaultSearch(base), base)
    const rate = space.find(({ key }) => key.endsWith('.learningRate'))
    expect(rate).toMatchObject({ kind: 'range', scale: 'log' })
    const trials = sampleTrials({ space, trials: 20, seed: 0, solver: base.solver.kind })
    expect(trials).toHaveLength(20)
    for (const varied of trials) expect(() => variedSettings(base, varied)).not.toThrow()
  })

  test('leaves alone what was chosen', () => {
    expect(defaultSearch(sgd, ['solver.kind', 'solver.l2'])).toEqual(['solver.learningRate=0.0001..1'])
    expect(defaultSearch(exact, ['solver.kind'])).toEqual(['solver.l2=1e-6..0.1'])
  })

  test('has no rate where every stage has its own', () => {
    const base = settingsFrom(['stages=0,2:5:0.01'], 'gradual-unfreezing')
    expect(defaultSearch(base).join()).not.toContain('learningRate')
  })
})

const wholeAxis = fc
  .tuple(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 500 }), fc.boolean())
  .map(([min, more, log]): Axis => {
    return {
      kind: 'range',
      key: 'solver.epochs',
      min,
      max: min + more,
      scale: log ? 'log' : 'uniform',
      whole: true,
    }
  })
const realAxis = fc
  .tuple(
    fc.double({ min: 1e-9, max: 10, noNaN: true }),
    fc.double({ min: 1.001, max: 1e6, noNaN: true }),
    fc.boolean(),
  )
  .map(([min, times, log]): Axis => {
    return {
      kind: 'range',
      key: 'solver.l2',
      min,
      max: min * times,
      scale: log ? 'log' : 'uniform',
      whole: false,
    }
  })
const choiceAxis = fc
  .uniqueArray(fc.constantFrom('whole', 'centre', 'whole+second'), { minLength: 1 })
  .map((values): Axis => ({ kind: 'choice', key: 'looks', values }))

function isIn(axis: Axis, text: string | undefined): boolean {
  if (axis.kind === 'choice') return axis.values.includes(text!)
  const value = Number(text)
  return value >= axis.min && value <= axis.max && (!axis.whole || Number.isInteger(value))
}

describe('random search', () => {
  const spaces = fc.tuple(wholeAxis, realAxis, choiceAxis).map((axes) => axes as Axis[])

  test('every value lies in its range', () => {
    fc.assert(
      fc.property(spaces, fc.nat(), (space, seed) => {
        for (const varied of sampleTrials({ space, trials: 30, seed, solver: 'sgd' }))
          for (const axis of space) expect(isIn(axis, varied[axis.key])).toBe(true)
      }),
    )
  })

  test('the same seed gives the same trials, and a longer search begins like a shorter one', () => {
    fc.assert(
      fc.property(spaces, fc.nat(), fc.integer({ min: 1, max: 20 }), (space, seed, trials) => {
        const search = { space, seed, solver: 'sgd' } as const
        const long = sampleTrials({ ...search, trials: trials + 7 })
        expect(sampleTrials({ ...search, trials })).toEqual(long.slice(0, trials))
      }),
    )
  })

  test('no two trials are alike, and a small space is tried to its end', () => {
    fc.assert(
      fc.property(choiceAxis, wholeAxis, fc.nat(), (looks, epochs, seed) => {
        if (looks.kind !== 'choice' || epochs.kind !== 'range') return
        const size = looks.values.length * (epochs.max - epochs.min + 1)
        const trials = sampleTrials({ space: [looks, epochs], trials: 2000, seed, solver: 'sgd' })
        expect(trials).toHaveLength(Math.min(size, 2000))
        expect(new Set(trials.map((varied) => JSON.stringify(varied))).size).toBe(trials.length)
      }),
      { numRuns: 20 },
    )
  })

  test('what a solver does not have is left out of its trials', () => {
    const space = readSearch(['solver=exact,sgd', 'learningRate=0.01..1', 'l2=1e-4..1e-2'], exact)
    const trials = sampleTrials({ space, trials: 40, seed: 1, solver: 'exact' })
    for (const varied of trials) expect('solver.learningRate' in varied).toBe(varied['solver.kind'] === 'sgd')
    expect(new Set(trials.map((varied) => varied['solver.kind'])).size).toBe(2)
  })

  test('log-uniform gives each decade its share', () => {
    const axis: Axis = { kind: 'range', key: 'solver.l2', min: 1e-4, max: 1, scale: 'log', whole: false }
    expect([0, 0.25, 0.5, 0.75].map((share) => Number(valueAt(axis, share)))).toEqual([1e-4, 1e-3, 0.01, 0.1])
  })
})
