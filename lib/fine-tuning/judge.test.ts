import fc from 'fast-check'
import { expect, test } from 'vitest'
import { logLossAt } from '../evaluation/temperature.ts'
import { seededRandom } from '../training/random.ts'
import { judged } from './judge.ts'

const CLASSES = 4

/** Logits that are right seven times in ten, as sure of themselves as `sharpness` says. */
function answers(sharpness: number, count = 200) {
  const random = seededRandom(1)
  const labels = Int32Array.from({ length: count }, (_, i) => i % CLASSES)
  const logits = Float32Array.from({ length: count * CLASSES }, (_, i) => {
    const isTruth = i % CLASSES === labels[Math.floor(i / CLASSES)]
    return 4 * sharpness * ((isTruth ? 0.5 : 0) + random())
  })
  return { logits, labels, classes: CLASSES }
}

test('how sure a network is of itself does not count: the loss is that of the best temperature', () => {
  const { logits, labels } = answers(1)
  const { loss, top1 } = judged(logits, labels)
  fc.assert(
    fc.property(fc.double({ min: 0.5, max: 2, noNaN: true }), (sharpness) => {
      const other = answers(sharpness)
      const found = judged(other.logits, other.labels)
      expect(found.loss).toBeCloseTo(loss, 2)
      expect(found.top1).toBe(top1)
      expect(found.loss).toBeLessThanOrEqual(logLossAt(other, 1).loss + 1e-9)
    }),
  )
})

test('logits that are no numbers have a loss that is none', () => {
  expect(judged(new Float32Array(8).fill(Number.NaN), Int32Array.of(0, 1)).loss).toBeNaN()
})
