import { expect, test } from 'vitest'
import lite0 from './parity/tf_efficientnet_lite0.json' with { type: 'json' }
import lite2 from './parity/tf_efficientnet_lite2.json' with { type: 'json' }
import { BACKBONES, type BackboneId, backboneEntry } from './registry.ts'
import { shapesOf, weightShapes } from './shapes.ts'

const FIXTURES: Record<BackboneId, typeof lite0 | typeof lite2> = {
  tf_efficientnet_lite0: lite0,
  tf_efficientnet_lite2: lite2,
}
const IDS = Object.keys(BACKBONES) as BackboneId[]

test.each(IDS)('%s has the tensors that timm has, name by name and shape by shape', (id) => {
  const want = Object.entries(FIXTURES[id].tensors).filter(([name]) => !name.startsWith('classifier.'))
  expect([...weightShapes(BACKBONES[id].build())].sort()).toEqual(want.sort())
})

test.each(IDS)('%s expects what the pretrained weights expect', (id) => {
  const { preprocess, bn_eps } = FIXTURES[id]
  const entry = backboneEntry(id)
  expect(entry.preprocess).toMatchObject({
    mean: preprocess.mean,
    std: preprocess.std,
    interpolation: preprocess.interpolation,
  })
  expect([entry.preprocess.size, entry.preprocess.cropFraction]).toEqual([
    preprocess.input_size[1],
    preprocess.crop_pct,
  ])
  const graph = entry.build()
  expect(
    graph.nodes
      .flatMap((node) => (node.op === 'batchNorm' ? [node.epsilon] : []))
      .every((e) => bn_eps.includes(e)),
  ).toBe(true)
  expect(shapesOf(graph).get(graph.features)).toEqual([entry.features])
})

test('an unknown backbone is refused with the nearest one', () => {
  expect(() => backboneEntry('efficientnet_lite2')).toThrow(
    expect.objectContaining({
      code: 'backbones/unknown',
      advice: expect.stringContaining('Did you mean tf_efficientnet_lite2?'),
    }),
  )
})
