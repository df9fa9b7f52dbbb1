import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { costOfGroups } from './cost.ts'
import { type ParityFixture, parityFixtureSchema } from './parity/fixture.ts'
import { BACKBONES, type BackboneId, backboneEntry } from './registry.ts'
import { shapesOf, weightShapes } from './shapes.ts'

const IDS = Object.keys(BACKBONES) as BackboneId[]

/** timm's figures. */
const FIXTURES = IDS.flatMap((id): [BackboneId, ParityFixture][] => {
  const file = new URL(`./parity/${id}.json`, import.meta.url)
  return existsSync(file) ? [[id, parityFixtureSchema.parse(JSON.parse(readFileSync(file, 'utf8')))]] : []
})

/** Millions of parameters with the classifier of 1,000 classes, as timm's results list states them. */
const MILLIONS: Record<BackboneId, number> = {
  tf_efficientnet_lite0: 4.65,
  tf_efficientnet_lite1: 5.42,
  tf_efficientnet_lite2: 6.09,
  tf_efficientnet_lite3: 8.2,
  tf_efficientnet_lite4: 13.01,
  mobilenetv2_100: 3.5,
  resnet50: 25.56,
  resnetv2_50: 25.55,
  inception_v4: 42.68,
  nasnetalarge: 88.75,
}

test('only sizes of a family that is proven by other sizes have no figures of timm’s', () => {
  const without = IDS.filter((id) => !FIXTURES.some(([known]) => known === id))
  expect(without).toEqual(['tf_efficientnet_lite1', 'tf_efficientnet_lite3', 'tf_efficientnet_lite4'])
})

test.each(FIXTURES)(
  '%s has the tensors that timm has, name by name and shape by shape',
  (id, { tensors }) => {
    const want = Object.entries(tensors).filter(
      ([name]) => !/^(classifier|fc|head\.fc|last_linear)\./.test(name),
    )
    expect([...weightShapes(BACKBONES[id].build())].sort()).toEqual(want.sort())
  },
)

test.each(FIXTURES)('%s shows every map that timm has figures of, in the same shape', (id, { stages }) => {
  const graph = BACKBONES[id].build()
  const shapes = shapesOf(graph)
  // After the pool the figures of every module are the features.
  const maps = Object.entries(stages).filter(([, { shape }]) => shape.length === 4 && shape[2]! > 1)
  for (const [stage, { shape }] of maps) {
    const [height, width, channels] = shapes.get(graph.stages[stage]!) ?? []
    expect([1, channels, height, width], stage).toEqual(shape)
  }
})

test.each(FIXTURES)('%s expects what the pretrained weights expect', (id, { preprocess, bn_eps }) => {
  const { mean, std, interpolation, size, cropFraction } = backboneEntry(id).preprocess
  expect({ mean, std, interpolation, size, cropFraction }).toEqual({
    mean: preprocess.mean,
    std: preprocess.std,
    interpolation: preprocess.interpolation,
    size: preprocess.input_size[1],
    cropFraction: preprocess.crop_pct,
  })
  const epsilons = BACKBONES[id]
    .build()
    .nodes.flatMap((node) => (node.op === 'batchNorm' ? [node.epsilon] : []))
  expect([...new Set(epsilons)]).toEqual(bn_eps)
})

test.each(IDS)('%s is a graph in order, of groups in order, with the entry’s size and features', (id) => {
  const { build, features, preprocess } = backboneEntry(id)
  const graph = build()
  expect(shapesOf(graph).get(graph.features)).toEqual([features])
  expect(graph.size).toBe(preprocess.size)
  expect(new Set(graph.nodes.map((node) => node.id)).size).toBe(graph.nodes.length)
  expect([...new Set(graph.nodes.map(({ group }) => group))]).toEqual(graph.groups)
})

test.each(IDS)('%s has as many parameters as timm states', (id) => {
  const { build, features } = backboneEntry(id)
  const own = [...costOfGroups(build()).values()].reduce((sum, { parameters }) => sum + parameters, 0)
  const classifier = (features + 1) * 1000
  expect(Math.round((own + classifier) / 1e4) / 100).toBe(MILLIONS[id])
})

test('an unknown backbone is refused with the nearest one', () => {
  expect(() => backboneEntry('efficientnet_lite2')).toThrow(
    expect.objectContaining({
      code: 'backbones/unknown',
      advice: expect.stringContaining('Did you mean tf_efficientnet_lite2?'),
    }),
  )
})
