import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Head } from '../backbone/head.ts'
import { growHead } from './grow-head.ts'

const FEATURES = 3

/** A head whose numbers are all different, beginning at `from`. */
function headOf(classes: number, from: number, units = 0): Head {
  const width = units || FEATURES
  const numbers = (count: number, at: number) => Float32Array.from({ length: count }, (_, i) => at + i + 0.1)
  return {
    weight: numbers(classes * width, from),
    bias: numbers(classes, from + 1000),
    classes,
    features: FEATURES,
    ...(units > 0 && {
      hidden: { weight: numbers(units * FEATURES, from + 2000), bias: numbers(units, from + 3000), units },
    }),
  }
}
const rowOf = ({ weight, bias }: Head, row: number, width = FEATURES) => [
  ...weight.subarray(row * width, (row + 1) * width),
  bias[row],
]
const names = fc.uniqueArray(fc.constantFrom(...'abcdefgh'), { minLength: 1 })

test('rows of classes with the same name are kept to the byte, new ones are fresh, the others are dropped', () => {
  fc.assert(
    fc.property(names, names, (before, after) => {
      const [old, fresh] = [headOf(before.length, 0), headOf(after.length, 5000)]
      const grown = growHead({ head: old, classes: before }, after, fresh)
      for (const [i, name] of after.entries()) {
        const at = before.indexOf(name)
        expect(rowOf(grown.head, i)).toEqual(at < 0 ? rowOf(fresh, i) : rowOf(old, at))
      }
      expect([...grown.kept, ...grown.fresh].sort()).toEqual([...after].sort())
      expect([...grown.kept, ...grown.dropped].sort()).toEqual([...before].sort())
    }),
  )
})

test('the hidden layer goes with the rows behind it; a head of another shape starts afresh', () => {
  const old = headOf(2, 0, 4)
  const same = growHead({ head: old, classes: ['a', 'b'] }, ['b', 'c'], headOf(2, 5000, 4))
  expect(same.head.hidden).toEqual(old.hidden)
  expect(rowOf(same.head, 0, 4)).toEqual(rowOf(old, 1, 4))
  const flat = headOf(2, 5000)
  const other = growHead({ head: old, classes: ['a', 'b'] }, ['b', 'c'], flat)
  expect(other).toEqual({ head: flat, kept: [], fresh: ['b', 'c'], dropped: ['a'] })
})
