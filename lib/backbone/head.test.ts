import { expect, test } from 'vitest'
import { headLogits } from '../training/head-logits.ts'
import { type Head, headFromTensors, headTensors, withHead, withHeadWeights } from './head.ts'
import { BACKBONES } from './registry.ts'
import { weightShapes } from './shapes.ts'
import { weightStore } from './weights/store.ts'

const linear: Head = {
  weight: Float32Array.of(1, 2, 3, 4, 5, 6),
  bias: Float32Array.of(0.5, -0.5, 0),
  classes: 3,
  features: 2,
}
const deep: Head = {
  ...linear,
  features: 4,
  hidden: { weight: Float32Array.of(1, 0, 0, 0, 0, -1, 0, 0), bias: Float32Array.of(1, 1), units: 2 },
}

test('a head is the same after it was written as weights, hidden layer or not', () => {
  for (const head of [linear, deep]) expect(headFromTensors(weightStore(headTensors(head)))).toEqual(head)
})

test('its weights have the names and shapes that the graph asks for', () => {
  const backbone = BACKBONES.tf_efficientnet_lite0.build()
  for (const units of [0, 64]) {
    const shapes = weightShapes(withHead(backbone, 3, units))
    const width = units || 1280
    const hidden = { weight: new Float32Array(units * 1280), bias: new Float32Array(units), units }
    const head: Head = {
      weight: new Float32Array(3 * width),
      bias: new Float32Array(3),
      classes: 3,
      features: 1280,
      ...(units > 0 && { hidden }),
    }
    const store = withHeadWeights(weightStore(new Map()), head)
    for (const name of store.names()) expect(store.get(name).shape).toEqual(shapes.get(name))
    expect([...shapes.keys()].filter((name) => name.startsWith('classifier'))).toHaveLength(
      store.names().length,
    )
  }
})

test('what is below zero in the hidden layer does not count', () => {
  // Hidden: relu(1 + 1) = 2 and relu(1 − 3) = 0; then the first column of `weight`, twice.
  expect([...headLogits(deep, Float32Array.of(1, 3, 9, 9))]).toEqual([2.5, 5.5, 10])
})
