import { expect, test } from 'vitest'
import { makeTunePlan } from './make-plan.ts'
import { settingsFrom } from './testing/plans.ts'

const version = { dataset: 'dogs', version: 2, counts: { train: 80, validation: 10, test: 10 } }
const wanted = { base: settingsFrom(), version, trials: 20, halving: false, seed: 0 }
const refusal = (of: Partial<Parameters<typeof makeTunePlan>[0]>) => {
  try {
    makeTunePlan({ ...wanted, ...of })
  } catch (thrown) {
    return thrown
  }
}

test('a dataset that holds nothing out for validation is refused: the test split chooses nothing', () => {
  expect(refusal({ version: { ...version, counts: { train: 90, validation: 0, test: 10 } } })).toMatchObject({
    code: 'tuning/no-validation',
    advice: expect.stringContaining('--validation'),
  })
})

test('what is set is not searched unasked', () => {
  const base = settingsFrom(['solver=sgd', 'l2=0.01'])
  expect(makeTunePlan({ ...wanted, base }).space.map(({ key }) => key)).toEqual(['solver.learningRate'])
  const chosen = ['solver.kind']
  expect(makeTunePlan({ ...wanted, chosen }).space.map(({ key }) => key)).toEqual(['solver.l2'])
})

test('what is both set and searched is refused', () => {
  expect(refusal({ search: ['l2=0.1..1'], chosen: ['solver.l2'] })).toMatchObject({
    code: 'tuning/bad-search',
  })
})

test('halving needs epochs that it can share out', () => {
  expect(refusal({ halving: true, search: ['l2=0.1..1'] })).toMatchObject({ code: 'tuning/no-epochs' })
  const sgd = settingsFrom(['solver=sgd'])
  expect(refusal({ halving: true, base: sgd, search: ['epochs=1..9'] })).toMatchObject({
    code: 'tuning/bad-search',
  })
  const staged = settingsFrom(['stages=0,2:5,all:9'], 'gradual-unfreezing')
  expect(refusal({ halving: true, base: staged })).toMatchObject({ code: 'tuning/no-epochs' })
  expect(refusal({ halving: true })).toBeUndefined()
})
