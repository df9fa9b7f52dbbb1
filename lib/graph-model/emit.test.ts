import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { WeightStore } from '../backbone/graph.ts'
import { backboneEntry } from '../backbone/registry.ts'
import { everyOp } from '../backbone/testing/every-op.ts'
import { float16ToFloat32 } from '../backbone/weights/float16.ts'
import { madeUpWeights } from '../backbone/weights/made-up.ts'
import { emitGraphModel } from './emit.ts'
import { modelFiles } from './files.ts'
import { transpose } from './transpose.ts'
import { type WeightSpec, writeWeight } from './weights.ts'

const numbers = fc.array(fc.float({ min: -8, max: 8, noNaN: true }), { minLength: 1, maxLength: 50 })

describe('uint8', () => {
  test('is off by half a level at most, and zero stays zero', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const data = Float32Array.from([...values, 0])
        const { spec, bytes } = writeWeight({ name: 'w', shape: [data.length], data, precision: 'uint8' })
        const { scale, min } = spec.quantization as { scale: number; min: number }
        const back = [...bytes].map((level) => level * scale + min)
        for (const [i, value] of data.entries()) expect(Math.abs(back[i]! - value)).toBeLessThan(scale * 1.01)
        expect(Math.abs(back.at(-1)!)).toBeLessThan(1e-9)
      }),
    )
  })
})

test('float16 rounds to 11 bits', () => {
  const data = Float32Array.of(0.1, -3.5, 1000, 0)
  const { spec, bytes } = writeWeight({ name: 'w', shape: [4], data, precision: 'float16' })
  expect(spec.quantization).toEqual({ dtype: 'float16' })
  for (const [i, value] of float16ToFloat32(new Uint16Array(bytes.buffer)).entries())
    expect(Math.abs(value - data[i]!)).toBeLessThanOrEqual(Math.abs(data[i]!) / 2048)
})

test('transposing back gives the tensor back', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 4, maxLength: 4 }), (shape) => {
      const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i)
      const there = transpose({ shape, data }, [2, 3, 1, 0])
      expect(transpose(there, [3, 2, 0, 1])).toEqual({ shape, data })
    }),
  )
})

test('biases, corrections and what a max pool pads with are float32 in every precision', () => {
  const graph = everyOp()
  const { weightSpecs } = emitGraphModel(graph, madeUpWeights(graph), {
    outputs: ['dense'],
    precision: 'uint8',
  })
  const small = (name: string) => /bias$|filler$|correction$|\/s[ch]\w+$/.test(name)
  expect(weightSpecs.filter(({ name }) => small(name)).length).toBeGreaterThan(8)
  expect(weightSpecs.filter(({ name, quantization }) => small(name) && quantization)).toEqual([])
  expect(quantizationOf(weightSpecs, 'dw_pytorch.weight')).toBe('float16')
})

test.each([
  ['float32', 13.5],
  ['float16', 6.8],
  ['uint8', 3.6],
] as const)(
  'EfficientNet-Lite0 without its classifier in %s: about %d MB in shards of 4 MB',
  (precision, megabytes) => {
    const graph = backboneEntry('tf_efficientnet_lite0').build()
    const artifacts = emitGraphModel(graph, madeUpWeights(graph), { outputs: [graph.features], precision })
    const files = modelFiles(artifacts)
    const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0)
    expect(bytes / 1e6).toBeGreaterThan(megabytes - 0.3)
    expect(bytes / 1e6).toBeLessThan(megabytes + 0.3)
    for (const file of files) expect(file.bytes.length).toBeLessThanOrEqual(4 * 1024 * 1024)
    expect(files.slice(1).reduce((sum, file) => sum + file.bytes.length, 0)).toBe(
      artifacts.weightData.byteLength,
    )
  },
)

test('a weight that is missing is named', () => {
  const graph = everyOp()
  const weights: WeightStore = madeUpWeights({
    ...graph,
    nodes: graph.nodes.filter(({ id }) => id !== 'dense'),
  })
  const emit = () => emitGraphModel(graph, weights, { outputs: ['dense'], precision: 'float32' })
  expect(emit).toThrow(
    expect.objectContaining({ code: 'weights/missing', says: expect.stringContaining('dense') }),
  )
})

function quantizationOf(specs: readonly WeightSpec[], name: string) {
  return specs.find((spec) => spec.name === name)?.quantization?.dtype
}
