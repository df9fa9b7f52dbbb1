import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { meanOf, softmax } from '../classify/probabilities.ts'
import { calibrate } from './calibrate.ts'
import { answersOf, calibrationError } from './confidence.ts'
import { asOneLook } from './judged.ts'
import { fitTemperature, logLossAt } from './temperature.ts'
import { madeUpAnswers } from './testing/made-up-answers.ts'

describe('temperature', () => {
  test.each([0.3, 1, 4])('finds what logits were multiplied by: %f', (sharpened) => {
    const { temperature } = fitTemperature(madeUpAnswers({ count: 20_000, classes: 5, sharpened }))
    expect(temperature / sharpened).toBeGreaterThan(0.95)
    expect(temperature / sharpened).toBeLessThan(1.05)
  })

  test('no other temperature has a smaller log loss', () => {
    const judged = madeUpAnswers({ count: 3000, classes: 4, sharpened: 2.5 })
    const { temperature, logLoss } = fitTemperature(judged)
    for (const factor of [0.8, 0.95, 1.05, 1.25]) {
      expect(logLossAt(judged, 1 / (temperature * factor)).loss).toBeGreaterThan(logLoss)
    }
  })

  test('multiplying all logits changes the temperature and not the fitted loss', () => {
    const plain = fitTemperature(madeUpAnswers({ count: 2000, classes: 6 }))
    const sharp = fitTemperature(madeUpAnswers({ count: 2000, classes: 6, sharpened: 3 }))
    expect(sharp.temperature).toBeCloseTo(3 * plain.temperature, 2)
    expect(sharp.logLoss).toBeCloseTo(plain.logLoss, 5)
  })

  test('stays near 1 with a handful of pictures that are all right, or all wrong', () => {
    for (const labels of [[0, 0, 0], [1, 1, 1], []]) {
      const logits = new Float32Array(labels.length * 2).map((_, i) => (i % 2 === 0 ? 3 : 0))
      const { temperature } = fitTemperature({ logits, labels, classes: 2 })
      expect(temperature).toBeGreaterThan(0.1)
      expect(temperature).toBeLessThan(10)
    }
  })

  test('makes the calibration error smaller where it was off', () => {
    const judged = madeUpAnswers({ count: 5000, classes: 5, sharpened: 3 })
    const { temperature } = fitTemperature(judged)
    const before = calibrationError(answersOf(judged, 1))
    const after = calibrationError(answersOf(judged, temperature))
    expect(before).toBeGreaterThan(0.15)
    expect(after).toBeLessThan(0.03)
  })
})

describe('several looks', () => {
  const looked = madeUpAnswers({ count: 600, classes: 4, sharpened: 2 })
  const two = { ...looked, looks: 2, labels: looked.labels.slice(0, 300) }

  test('are averaged as probabilities, exactly as classify does', () => {
    const merged = asOneLook(two, 1.7)
    for (let i = 0; i < 300; i++) {
      const row = (at: number) => two.logits.subarray(at * 4, at * 4 + 4)
      const mean = meanOf([softmax(row(2 * i), 1.7), softmax(row(2 * i + 1), 1.7)])
      const got = softmax(merged.logits.subarray(i * 4, i * 4 + 4), 1.7)
      for (const [k, p] of got.entries()) expect(p).toBeCloseTo(mean[k]!, 6)
    }
  })

  test('have the log loss of their averaged probabilities, and its slope', () => {
    const { loss, slope } = logLossAt(two, 0.8)
    expect(loss).toBeCloseTo(logLossAt(asOneLook(two, 1 / 0.8), 0.8).loss, 5)
    const step = 1e-4
    const numeric = (logLossAt(two, 0.8 + step).loss - logLossAt(two, 0.8 - step).loss) / (2 * step)
    expect(slope).toBeCloseTo(numeric, 5)
  })

  test('twice the same look is one look', () => {
    const one = { ...looked, labels: looked.labels.slice(0, 300), logits: looked.logits.subarray(0, 1200) }
    const logits = new Float32Array(2400)
    for (let i = 0; i < 300; i++)
      for (const look of [0, 1]) logits.set(one.logits.subarray(i * 4, i * 4 + 4), (2 * i + look) * 4)
    const twice = calibrate({ ...one, logits, looks: 2 })
    const once = calibrate(one)
    expect(twice.temperature).toBeCloseTo(once.temperature, 4)
    expect(twice.notSureBelow).toBeCloseTo(once.notSureBelow, 4)
  })
})

describe('the "not sure" threshold', () => {
  test('keeps 98 % of the right answers, and hardly more', () => {
    const judged = madeUpAnswers({ count: 8000, classes: 10, sharpened: 0.7 })
    const { temperature, notSureBelow, reliable } = calibrate(judged)
    const right = answersOf(judged, temperature).filter((answer) => answer.right)
    const kept = right.filter(({ probability }) => probability >= notSureBelow).length / right.length
    expect(kept).toBeGreaterThanOrEqual(0.98)
    expect(kept).toBeLessThan(0.985)
    expect(reliable).toBe(true)
  })

  test('never loses more than 2 % of the right answers it was taken from, whatever they are', () => {
    const sets = fc.record({
      count: fc.integer({ min: 0, max: 300 }),
      classes: fc.integer({ min: 1, max: 8 }),
      sharpened: fc.double({ min: 0.05, max: 30, noNaN: true }),
      seed: fc.integer({ min: 0, max: 1e6 }),
    })
    fc.assert(
      fc.property(sets, (set) => {
        const judged = madeUpAnswers(set)
        const { temperature, notSureBelow } = calibrate(judged)
        const right = answersOf(judged, temperature).filter((answer) => answer.right)
        const lost = right.filter(({ probability }) => probability < notSureBelow).length
        expect(lost).toBeLessThanOrEqual(0.02 * right.length)
        expect(notSureBelow).toBeLessThanOrEqual(0.9)
      }),
    )
  })

  test('says that it can not be trusted with two classes, or with few right answers', () => {
    expect(calibrate(madeUpAnswers({ count: 1000, classes: 2 })).reliable).toBe(false)
    expect(calibrate(madeUpAnswers({ count: 40, classes: 5 })).reliable).toBe(false)
  })
})
