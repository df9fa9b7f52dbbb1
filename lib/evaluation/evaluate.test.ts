import fc from 'fast-check'
import { expect, test } from 'vitest'
import { evaluate } from './evaluate.ts'
import { evaluationSummarySchema } from './summary.ts'
import { madeUpAnswers } from './testing/made-up-answers.ts'

/** Six pictures of three classes; the fourth and the sixth are judged wrong. */
const logits = Float32Array.of(3, 1, 0, 2, 0, 1, 0, 3, 1, 4, 0, 0, 0, 0, 5, 1, 0, 0.5)
const labels = Int32Array.of(0, 0, 1, 1, 2, 2)
const classes = ['cat', 'dog', 'ox']
const pictures = picturesOf(6)

test('counts what is right, per class and in all', () => {
  const summary = evaluate({ logits, labels, pictures, classes, split: 'test' })
  expect(summary).toMatchObject({ split: 'test', images: 6, top1: 4 / 6, top5: 1 })
  expect(summary.confusion).toEqual([
    [2, 0, 0],
    [1, 1, 0],
    [1, 0, 1],
  ])
  expect(summary.perClass).toEqual([
    { label: 'cat', images: 2, precision: 0.5, recall: 1 },
    { label: 'dog', images: 2, precision: 1, recall: 0.5 },
    { label: 'ox', images: 2, precision: 1, recall: 0.5 },
  ])
  expect(summary.calibration).toBeUndefined()
})

test('lists the mistakes, the surest first', () => {
  const { worst } = evaluate({ logits, labels, pictures, classes, split: 'test' })
  expect(worst).toMatchObject([
    { file: '3.jpg', truth: 1, predicted: 0 },
    { file: '5.jpg', truth: 2, predicted: 0 },
  ])
  expect(worst[0]!.probability).toBeCloseTo(Math.exp(4) / (Math.exp(4) + 2), 6)
})

test('a class without pictures has no recall, one that is never predicted no precision', () => {
  const { perClass } = evaluate({
    logits: Float32Array.of(1, 0, 0),
    labels: [1],
    pictures: picturesOf(1),
    classes,
    split: 'validation',
  })
  expect(perClass.map(({ precision, recall }) => [precision, recall])).toEqual([
    [0, null],
    [null, 0],
    [null, null],
  ])
})

test('judges the calibration on the split: what is kept, what is answered, how far confidence is off', () => {
  const judged = madeUpAnswers({ count: 6000, classes: 6, sharpened: 3 })
  const calibration = { temperature: 3, notSureBelow: 0.4 }
  const summary = evaluate({
    ...judged,
    pictures: picturesOf(6000),
    classes: [...'abcdef'],
    split: 'test',
    calibration,
  })
  const { eceBefore, eceAfter, keptRight, answered, reliable } = summary.calibration!
  expect(eceAfter).toBeLessThan(eceBefore / 4)
  expect(keptRight!).toBeGreaterThan(answered)
  expect(answered).toBeLessThan(1)
  expect(reliable).toBe(true)
  const uncalibrated = evaluate({
    ...judged,
    pictures: picturesOf(6000),
    classes: [...'abcdef'],
    split: 'test',
  })
  expect(summary.logLoss).toBeLessThan(uncalibrated.logLoss)
  expect(summary.top1).toBe(uncalibrated.top1)
})

test('whatever is judged, the figures fit each other and the schema', () => {
  const sets = fc.record({
    count: fc.integer({ min: 1, max: 120 }),
    classes: fc.integer({ min: 1, max: 9 }),
    sharpened: fc.double({ min: 0, max: 1e4, noNaN: true }),
    seed: fc.integer({ min: 0, max: 1e6 }),
  })
  fc.assert(
    fc.property(sets, fc.boolean(), (set, calibrated) => {
      const names = Array.from({ length: set.classes }, (_, k) => `class ${k}`)
      const calibration = { temperature: 0.5, notSureBelow: 0.5 }
      const summary = evaluate({
        ...madeUpAnswers(set),
        pictures: picturesOf(set.count),
        classes: names,
        split: 'test',
        ...(calibrated && { calibration }),
      })
      expect(evaluationSummarySchema.parse(JSON.parse(JSON.stringify(summary)))).toEqual(summary)
      expect(summary.confusion.flat().reduce((a, b) => a + b)).toBe(set.count)
      const right = summary.confusion.reduce((sum, row, k) => sum + row[k]!, 0)
      expect(summary.top1).toBeCloseTo(right / set.count, 12)
      expect(summary.top5).toBeGreaterThanOrEqual(summary.top1)
      expect(summary.worst.length).toBe(Math.min(24, set.count - right))
    }),
  )
})

test('a split without pictures is refused by name', () => {
  const nothing = { logits: new Float32Array(), labels: [], pictures: [], classes, split: 'test' } as const
  expect(() => evaluate(nothing)).toThrow(expect.objectContaining({ code: 'evaluation/no-pictures' }))
})

function picturesOf(count: number) {
  return Array.from({ length: count }, (_, i) => ({ hash: `${i}`.padStart(64, '0'), file: `${i}.jpg` }))
}
