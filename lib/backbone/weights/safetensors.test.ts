import fc from 'fast-check'
import { expect, test } from 'vitest'
import { float16ToFloat32, float32ToFloat16 } from './float16.ts'
import { parseSafetensors, writeSafetensors } from './safetensors.ts'

const tensors = new Map([
  ['a.weight', { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, 1e-20, 7) }],
  ['b', { shape: [1], data: Float32Array.of(0.1) }],
])

test('what is written is read back, to the bit', () => {
  const store = parseSafetensors(writeSafetensors(tensors, { metadata: { source: 'a test' } }))
  expect(store.names()).toEqual(['a.weight', 'b'])
  for (const [name, tensor] of tensors) expect(store.get(name)).toEqual(tensor)
})

test('tensors stored as 16 bits come back rounded, the others to the bit', () => {
  const bytes = writeSafetensors(tensors, { precisionOf: (name) => (name === 'b' ? 'F16' : 'F32') })
  const store = parseSafetensors(bytes)
  expect(store.get('a.weight')).toEqual(tensors.get('a.weight'))
  expect(store.get('b').data[0]).toBe(0.0999755859375)
})

test('a Node Buffer is read like any bytes', () => {
  const store = parseSafetensors(Buffer.from(writeSafetensors(tensors)))
  expect(store.get('a.weight').data).toHaveLength(6)
})

test('a file cut anywhere is damaged, never half read', () => {
  const bytes = writeSafetensors(tensors)
  for (let length = 0; length < bytes.length; length++) {
    expect(() => parseSafetensors(bytes.subarray(0, length))).toThrow(
      expect.objectContaining({ code: 'weights/damaged' }),
    )
  }
})

test('a weight that is not there is named', () => {
  expect(() => parseSafetensors(writeSafetensors(tensors)).get('c')).toThrow(
    expect.objectContaining({ code: 'weights/missing', says: expect.stringContaining('"c"') }),
  )
})

test('half precision: every half comes back as itself', () => {
  const halves = Uint16Array.from({ length: 65536 }, (_, i) => i).filter(
    (half) => (half & 0x7c00) !== 0x7c00 || !(half & 0x3ff),
  )
  expect(float32ToFloat16(float16ToFloat32(halves))).toEqual(halves)
})

test('half precision rounds to the nearest: at most half a step off', () => {
  fc.assert(
    fc.property(fc.float({ min: -65000, max: 65000, noNaN: true }), (value) => {
      const [rounded] = float16ToFloat32(float32ToFloat16(Float32Array.of(value)))
      const step = 2 ** Math.max(-24, Math.floor(Math.log2(Math.abs(value) || 1)) - 10)
      expect(Math.abs(rounded! - value)).toBeLessThanOrEqual(step / 2)
    }),
  )
})
