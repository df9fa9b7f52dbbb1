import { expect, test } from 'vitest'
import { afterEpoch, NO_PLATEAU, rateFactor, type ScheduleSettings } from './schedule.ts'

const factors = (schedule: ScheduleSettings, epochs = 4, stepsPerEpoch = 5) =>
  Array.from({ length: epochs * stepsPerEpoch }, (_, step) =>
    rateFactor(schedule, { step, stepsPerEpoch, epochs }),
  )

test('constant stays', () => {
  expect(new Set(factors({ kind: 'constant' }))).toEqual(new Set([1]))
})

test('stepwise falls after whole epochs, as the tutorial does after epoch 2', () => {
  const all = factors({ kind: 'stepwise', every: 2, factor: 0.1 })
  expect(all.slice(0, 10)).toEqual(Array(10).fill(1))
  for (const factor of all.slice(10)) expect(factor).toBeCloseTo(0.1, 12)
})

test('cosine goes from the whole rate to its floor, half-way at the middle', () => {
  const all = factors({ kind: 'cosine', floor: 0.2 })
  expect(all[0]).toBe(1)
  expect(all[10]).toBeCloseTo(0.6, 12)
  expect(all.at(-1)).toBeGreaterThan(0.2)
  expect(all.every((factor, i) => i === 0 || factor < all[i - 1]!)).toBe(true)
})

test('warm-up rises in equal steps to the whole rate, and what follows begins there', () => {
  const all = factors({ kind: 'cosine', warmupEpochs: 1 })
  for (const [i, factor] of all.slice(0, 5).entries()) expect(factor).toBeCloseTo((i + 1) / 5, 12)
  expect(all[5]).toBe(1)
})

test('plateau falls when the loss has not for so many epochs, and waits again then', () => {
  const schedule: ScheduleSettings = { kind: 'plateau', factor: 0.5, patience: 1 }
  let state = NO_PLATEAU
  const scales = [1, 0.9, 0.9, 0.9, 0.9, 0.9, 0.5, 0.5].map((loss) => {
    state = afterEpoch(schedule, state, loss)
    return state.scale
  })
  expect(scales).toEqual([1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.25])
  expect(rateFactor(schedule, { step: 7, stepsPerEpoch: 5, epochs: 9 }, state)).toBe(0.25)
})

test('a cosine that was extended begins once more at the whole rate; the others go on', () => {
  const at = (epoch: number) => ({ step: epoch * 10, stepsPerEpoch: 10, epochs: 7 })
  const cosine = { kind: 'cosine', warmupEpochs: 1, extendedAfter: [3, 5] } as const
  expect([3, 4, 5, 6].map((epoch) => rateFactor(cosine, at(epoch)))).toEqual(
    [1, 0.5, 1, 0.5].map((n) => expect.closeTo(n, 9)),
  )
  const stepwise = { kind: 'stepwise', every: 2, factor: 0.1, extendedAfter: [3] } as const
  expect(rateFactor(stepwise, at(4))).toBeCloseTo(0.01, 9)
})
