import { expect, test } from 'vitest'
import type { WeightTensor } from '../graph.ts'
import { BACKBONES, type BackboneId } from '../registry.ts'
import { weightShapes } from '../shapes.ts'
import { takeBackboneWeights } from './check.ts'
import { weightStore } from './store.ts'

/** What timm calls the classifier, which its files have too. */
const CLASSIFIERS: Record<BackboneId, string> = {
  tf_efficientnet_lite0: 'classifier',
  tf_efficientnet_lite1: 'classifier',
  tf_efficientnet_lite2: 'classifier',
  tf_efficientnet_lite3: 'classifier',
  tf_efficientnet_lite4: 'classifier',
  mobilenetv2_100: 'classifier',
  resnet50: 'fc',
  resnetv2_50: 'head.fc',
  inception_v4: 'last_linear',
  nasnetalarge: 'last_linear',
}
const IDS = Object.keys(BACKBONES) as BackboneId[]

/** A file of timm's, its numbers left out. */
function fileOf(id: BackboneId): Map<string, WeightTensor> {
  const shapes = new Map(weightShapes(BACKBONES[id].build()))
  for (const name of [...shapes.keys()])
    if (name.endsWith('.running_mean')) shapes.set(name.replace('running_mean', 'num_batches_tracked'), [])
  shapes
    .set(`${CLASSIFIERS[id]}.weight`, [1000, BACKBONES[id].features])
    .set(`${CLASSIFIERS[id]}.bias`, [1000])
  return new Map([...shapes].map(([name, shape]) => [name, { shape, data: new Float32Array() }]))
}

test.each(IDS)('of a file of %s everything but classifier and batch counts is taken', (id) => {
  const graph = BACKBONES[id].build()
  const taken = takeBackboneWeights(id, graph, weightStore(fileOf(id)))
  expect([...taken.keys()]).toEqual([...weightShapes(graph).keys()])
})

test.each([
  ['resnet50', 'resnetv2_50'],
  ['tf_efficientnet_lite0', 'mobilenetv2_100'],
  ['tf_efficientnet_lite1', 'tf_efficientnet_lite2'],
] as const)('%s refuses the weights of %s', (id, other) => {
  expect(() => takeBackboneWeights(id, BACKBONES[id].build(), weightStore(fileOf(other)))).toThrow(
    expect.objectContaining({ code: 'weights/misfit' }),
  )
})
