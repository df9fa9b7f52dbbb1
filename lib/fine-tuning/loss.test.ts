import { expect, test } from 'vitest'
import { softmaxCrossEntropy, targetsOf } from './loss.ts'

const LOGITS = Float32Array.of(1, 2, -1, 0.5, 0, 3)

test('is the mean negative log-likelihood', () => {
  const { loss } = softmaxCrossEntropy(LOGITS, targetsOf([1, 0], { classes: 3 }))
  const first = -Math.log(Math.exp(2) / (Math.exp(1) + Math.exp(2) + Math.exp(-1)))
  const second = -Math.log(Math.exp(0.5) / (Math.exp(0.5) + 1 + Math.exp(3)))
  expect(loss).toBeCloseTo((first + second) / 2, 6)
})

test('its gradient is its slope, with smoothing, class weights and mixup at once', () => {
  const settings = {
    classes: 3,
    labelSmoothing: 0.1,
    classWeights: [1, 3, 0.5],
    mixed: { share: 0.7, partner: Int32Array.of(1, 0) },
  }
  const targets = targetsOf([1, 0], settings)
  const { gradient } = softmaxCrossEntropy(LOGITS, targets)
  for (let i = 0; i < LOGITS.length; i++) {
    const at = (offset: number) => softmaxCrossEntropy(LOGITS.with(i, LOGITS[i]! + offset), targets).loss
    expect((at(0.01) - at(-0.01)) / 0.02).toBeCloseTo(gradient[i]!, 4)
  }
})

test('smoothed targets still sum to 1, and mixed ones share', () => {
  const { probabilities } = targetsOf([2, 0], {
    classes: 4,
    labelSmoothing: 0.2,
    mixed: { share: 0.75, partner: Int32Array.of(1, 0) },
  })
  expect(probabilities.slice(0, 4).reduce((sum, p) => sum + p)).toBeCloseTo(1, 12)
  expect(probabilities[2]).toBeCloseTo(0.05 + 0.8 * 0.75, 12)
  expect(probabilities[0]).toBeCloseTo(0.05 + 0.8 * 0.25, 12)
})

test('a class that counts twice is as two pictures of it', () => {
  const twice = softmaxCrossEntropy(
    Float32Array.of(1, 2, 1, 2, 0, 1),
    targetsOf([0, 0, 1], { classes: 2 }),
  ).loss
  const weighted = softmaxCrossEntropy(
    Float32Array.of(1, 2, 0, 1),
    targetsOf([0, 1], { classes: 2, classWeights: [2, 1] }),
  ).loss
  expect(weighted).toBeCloseTo(twice, 6)
})

test('stays finite when the network is sure and wrong', () => {
  const { loss, gradient } = softmaxCrossEntropy(Float32Array.of(1e5, 0), targetsOf([1], { classes: 2 }))
  expect(loss).toBeCloseTo(1e5, 0)
  expect([...gradient]).toEqual([1, -1])
})
