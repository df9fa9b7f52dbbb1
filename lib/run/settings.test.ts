import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Problem } from '../problem.ts'
import { nearest } from './near-names.ts'
import { parseSet, runSettingsSchema, settableKeys } from './settings.ts'

const refused = (...pairs: string[]) => {
  try {
    parseSet(pairs)
  } catch (thrown) {
    return thrown as Problem
  }
  throw new Error(`${pairs.join(' ')} was taken`)
}

describe('--set key=value', () => {
  test('nothing set: one look at the whole picture, the exact solver with a refit, seed 0', () => {
    expect(parseSet([])).toEqual({ looks: 'whole', solver: { kind: 'exact', refit: true }, seed: 0 })
  })

  test('SGD has a rate of 0.1 and a momentum of 0.9, with stepwise decay', () => {
    expect(parseSet(['solver=sgd']).solver).toMatchObject({
      kind: 'sgd',
      learningRate: 0.1,
      momentum: 0.9,
      decayEvery: 10,
      decayFactor: 0.1,
    })
  })

  test('dotted keys, their last parts and "solver" all name a setting, in any order', () => {
    const dotted = [
      'solver.kind=adam',
      'solver.epochs=5',
      'preprocessing.resize=crop',
      'looks=whole+second',
      'seed=7',
    ]
    const short = ['epochs=5', 'resize=crop', 'seed=7', 'looks=whole+second', 'solver=adam']
    expect(parseSet(short)).toEqual(parseSet(dotted))
    expect(parseSet(short)).toMatchObject({
      preprocessing: { resize: 'crop' },
      looks: 'whole+second',
      solver: { kind: 'adam', epochs: 5 },
      seed: 7,
    })
  })

  test('of a key that is set twice the last value counts', () => {
    expect(parseSet(['l2=1', 'solver.l2=1e-3']).solver).toMatchObject({ l2: 0.001 })
  })

  test('an unknown key is refused with the names that are near', () => {
    expect(refused('sede=1')).toMatchObject({
      code: 'settings/unknown-key',
      says: 'There is no setting "sede".',
    })
    expect(refused('sede=1').advice).toBe('Did you mean seed?')
    expect(refused('solver=sgd', 'lerningRate=1').advice).toBe('Did you mean solver.learningRate?')
    expect(refused('flux=1').advice).toContain('solver.l2')
  })

  test('a key of another solver says whose it is', () => {
    expect(refused('momentum=0.5')).toMatchObject({
      code: 'settings/unknown-key',
      says: 'The solver "exact" has no setting "solver.momentum".',
      advice: 'It belongs to solver=sgd.',
    })
    expect(refused('epochs=5').advice).toBe('It belongs to solver=sgd and solver=adam.')
  })

  test.each([
    ['l2=0', 'It takes a number above 0.'],
    ['l2=abc', 'It takes a number above 0.'],
    ['l2=', 'It takes a number above 0.'],
    ['l2=Infinity', 'It takes a number above 0.'],
    ['l2=1e999', 'It takes a number above 0.'],
    ['l2=0x10', 'It takes a number above 0.'],
    ['refit=yes', 'It takes true or false.'],
    ['seed=-1', 'It takes a whole number from 0 to 4294967295.'],
    ['seed=1.5', 'It takes a whole number from 0 to 4294967295.'],
    ['looks=twice', 'It takes one of whole, centre, centre+second, whole+second, whole+centre+second.'],
    ['resize=stretch', 'It takes squash, crop or pad.'],
    ['solver=newton', 'It takes exact, sgd or adam.'],
    ['seed', 'Write it as key=value, for example --set solver=sgd.'],
    ['=1', 'Write it as key=value, for example --set solver=sgd.'],
  ])('%s is refused, and what is allowed is named', (pair, advice) => {
    expect(refused(pair)).toMatchObject({ code: 'settings/bad-value', advice })
  })

  test('whatever is written, it becomes settings that are stored as they are, or a Problem', () => {
    const key = fc.oneof(fc.constantFrom('solver', ...settableKeys()), fc.string())
    const value = fc.oneof(
      fc.constantFrom('sgd', 'adam', 'true', '0.5', '3'),
      fc.double().map(String),
      fc.string(),
    )
    const pair = fc.tuple(key, value).map(([k, v]) => `${k}=${v}`)
    fc.assert(
      fc.property(fc.array(fc.oneof(pair, fc.string()), { maxLength: 4 }), (pairs) => {
        try {
          const settings = { dataset: 'd', backbone: 'b', strategy: 'feature-extraction', ...parseSet(pairs) }
          expect(runSettingsSchema.parse(JSON.parse(JSON.stringify(settings)))).toEqual(settings)
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(Problem)
        }
      }),
    )
  })
})

test('names are near when a few letters differ, the nearest first', () => {
  expect(nearest('epoch', ['solver.epochs', 'seed', 'solver.momentum'])).toEqual(['solver.epochs'])
  expect(nearest('EPOCHS', ['solver.epochs'])).toEqual(['solver.epochs'])
  expect(nearest('zzz', ['solver.epochs', 'seed'])).toEqual([])
})
