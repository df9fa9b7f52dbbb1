import { expect, test } from 'vitest'
import type { WeightStore } from '../../../lib/backbone/graph.ts'
import { BACKBONES } from '../../../lib/backbone/registry.ts'
import { everyOp } from '../../../lib/backbone/testing/every-op.ts'
import { madeUpWeights } from '../../../lib/backbone/weights/made-up.ts'
import { onnxruntimeEngine } from './engine.ts'
import { HALVES_TOLERANCE, halvesDifference, precisionFor } from './halves.ts'

test('every op computes in halves what it computes in float32, to what halves can tell apart', async () => {
  const graph = everyOp()
  const weights = madeUpWeights(graph)
  const off = await halvesDifference({ graph, weights, outputs: graph.tensors, provider: 'cpu' })
  expect(off).toBeLessThan(HALVES_TOLERANCE)
  // Halves they are: float32 would differ by nothing.
  expect(off).toBeGreaterThan(1e-5)
})

test.each(['mobilenetv2_100', 'tf_efficientnet_lite0', 'resnet50'] as const)(
  'features of a whole backbone stay within the tolerance: %s',
  async (id) => {
    const graph = BACKBONES[id].build()
    const network = {
      graph,
      weights: madeUpWeights(graph),
      outputs: [graph.features],
      provider: 'cpu',
    } as const
    expect(await halvesDifference(network)).toBeLessThan(HALVES_TOLERANCE)
  },
)

test('weights that overflow halves are not close', async () => {
  const graph = everyOp()
  const weights = madeUpWeights(graph)
  const huge: WeightStore = {
    ...weights,
    get(name) {
      const tensor = weights.get(name)
      return name.startsWith('dense') ? { ...tensor, data: tensor.data.map(() => 1e6) } : tensor
    },
  }
  const network = { graph, weights: huge, outputs: ['dense'], provider: 'cpu' } as const
  expect(await halvesDifference(network)).toBe(Number.POSITIVE_INFINITY)
})

test('a processor computes in float32, and what computes in halves says so in its version', async () => {
  const graph = everyOp()
  const network = { graph, weights: madeUpWeights(graph), outputs: ['dense'] }
  expect(await precisionFor({ ...network, provider: 'cpu' })).toBe('float32')
  // No such library here: refused is not close.
  expect(await precisionFor({ ...network, provider: 'tensorrt' })).toBe('float32')
  expect(await onnxruntimeEngine({ threads: 1, precision: 'float16' }).probe()).toMatchObject({
    version: expect.stringMatching(/in float16$/),
  })
})
