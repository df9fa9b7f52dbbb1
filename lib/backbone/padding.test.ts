import fc from 'fast-check'
import { expect, test } from 'vitest'
import { explicitPadding, symmetricPadding, tensorflowPadding, windowedSize } from './padding.ts'

const sizes = fc.integer({ min: 1, max: 64 })
const strides = fc.integer({ min: 1, max: 3 })
const kernels = fc.constantFrom(1, 3, 5, 7)

test('SAME gives a map of the size divided by the stride, rounded up', () => {
  fc.assert(
    fc.property(sizes, kernels, strides, (size, kernel, stride) => {
      const [height] = windowedSize('same', [size, size], [kernel, kernel], [stride, stride])
      expect(height).toBe(Math.ceil(size / stride))
    }),
  )
})

test('what is called SAME or VALID pads like it', () => {
  fc.assert(
    fc.property(sizes, kernels, strides, fc.nat(3), (size, kernel, stride, n) => {
      const window = [
        [size, size],
        [kernel, kernel],
        [stride, stride],
      ] as const
      const padding = { top: n, bottom: n, left: n, right: n }
      const word = tensorflowPadding(padding, ...window)
      if (word) expect(explicitPadding(word, ...window)).toEqual(padding)
      else expect(n).toBeGreaterThan(0)
    }),
  )
})

test('PyTorch’s padding is SAME with stride 1, and with stride 2 on odd sizes only', () => {
  const named = (size: number, stride: number) =>
    tensorflowPadding(symmetricPadding([3, 3]), [size, size], [3, 3], [stride, stride])
  expect([named(56, 1), named(57, 1), named(57, 2), named(56, 2)]).toEqual([
    'same',
    'same',
    'same',
    undefined,
  ])
})
