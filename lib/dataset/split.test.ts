import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SPLITS } from './dataset.ts'
import { apportion, DEFAULT_SHARES, stratify } from './split.ts'

const share = fc.integer({ min: 1, max: 20 })
const anyShares = fc.record({ train: share, validation: fc.nat(20), test: fc.nat(20) })
const anyPictures = fc
  .uniqueArray(fc.nat(100_000), { maxLength: 200 })
  .chain((ids) =>
    fc
      .array(fc.nat(4), { minLength: ids.length, maxLength: ids.length })
      .map((classes) =>
        ids.map((id, n) => ({ hash: id.toString(16).padStart(64, '0'), className: `class ${classes[n]}` })),
      ),
  )

test('the shares of a class add up, each to the nearest picture once there are enough', () => {
  fc.assert(
    fc.property(fc.nat(500), anyShares, (count, shares) => {
      const counts = apportion(count, shares)
      expect(counts.train + counts.validation + counts.test).toBe(count)
      const total = shares.train + shares.validation + shares.test
      for (const split of SPLITS) {
        const exact = (count * shares[split]) / total
        const enough = SPLITS.every((other) => shares[other] === 0 || (count * shares[other]) / total >= 1)
        if (shares[split] === 0) expect(counts[split]).toBe(0)
        if (enough) expect(Math.abs(counts[split] - exact)).toBeLessThan(1)
      }
    }),
  )
})

test('as long as there are pictures, train, then test, then validation have at least one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), anyShares, (count, shares) => {
      const counts = apportion(count, shares)
      const wanted = (['train', 'test', 'validation'] as const).filter((split) => shares[split] > 0)
      for (const split of wanted.slice(0, count)) expect(counts[split]).toBeGreaterThan(0)
    }),
  )
  expect(apportion(1, DEFAULT_SHARES)).toEqual({ train: 1, validation: 0, test: 0 })
  expect(apportion(60, { train: 0.85, validation: 0.15, test: 0 })).toEqual({
    train: 51,
    validation: 9,
    test: 0,
  })
})

test('every class is split by the shares, and every picture has one split', () => {
  fc.assert(
    fc.property(anyPictures, anyShares, fc.nat(), (pictures, shares, seed) => {
      const splits = stratify(pictures, { seed, shares })
      expect(splits).toHaveLength(pictures.length)
      for (const className of new Set(pictures.map((picture) => picture.className))) {
        const members = splits.filter((_, n) => pictures[n]!.className === className)
        const counted = Object.fromEntries(
          SPLITS.map((s) => [s, members.filter((split) => split === s).length]),
        )
        expect(counted).toEqual(apportion(members.length, shares))
      }
    }),
  )
})

test('the same pictures and seed give the same split in any order; another seed gives another', () => {
  fc.assert(
    fc.property(anyPictures, fc.nat(), (pictures, seed) => {
      const wish = { seed, shares: DEFAULT_SHARES }
      const there = stratify(pictures, wish)
      expect(stratify(pictures.toReversed(), wish).toReversed()).toEqual(there)
    }),
  )
  const many = Array.from({ length: 200 }, (_, n) => ({
    hash: n.toString(16).padStart(64, '0'),
    className: 'a',
  }))
  expect(stratify(many, { seed: 1, shares: DEFAULT_SHARES })).not.toEqual(
    stratify(many, { seed: 2, shares: DEFAULT_SHARES }),
  )
})
