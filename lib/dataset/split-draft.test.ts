import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FIRST_SPLIT, splitOf } from './split-draft.ts'

test('an untouched form leaves the split to the import', () => {
  expect(splitOf(FIRST_SPLIT)).toEqual({ split: {} })
})

test('percents become shares that come to one, and hold for a train folder too', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 49 }), fc.integer({ min: 0, max: 49 }), (validation, test) => {
      const made = splitOf({ validation: `${validation}`, test: `${test}`, seed: '' })
      if (!('split' in made)) throw new Error(made.wrong.join())
      const { shares, validationShare } = made.split
      expect(shares!.train + shares!.validation + shares!.test).toBeCloseTo(1, 12)
      expect(shares!.train).toBeGreaterThan(0)
      expect(validationShare).toBe(validation / 100)
    }),
  )
})

test('0 holds nothing out; a seed goes along', () => {
  expect(splitOf({ validation: '0', test: '0', seed: '7' })).toEqual({
    split: { seed: 7, shares: { train: 1, validation: 0, test: 0 }, validationShare: 0 },
  })
})

test('what is wrong is named', () => {
  expect(splitOf({ validation: 'some', test: '', seed: '-1' })).toEqual({ wrong: ['validation', 'seed'] })
  expect(splitOf({ validation: '60', test: '40', seed: '' })).toEqual({ wrong: ['validation', 'test'] })
})
