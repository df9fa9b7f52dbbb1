import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planTrim, type Trimmable } from './plan-trim.ts'

const part = fc.record({ bytes: fc.nat(1000), lastUsed: fc.nat(20), inUse: fc.boolean() })
const cache = fc
  .array(part, { maxLength: 30 })
  .map((parts) => parts.map((each, i) => ({ ...each, id: `${i}` })))
const budget = fc.nat(10_000)

const total = (parts: readonly Trimmable[]) => parts.reduce((sum, { bytes }) => sum + bytes, 0)
const without = (parts: readonly Trimmable[], removed: readonly Trimmable[]) =>
  parts.filter((each) => !removed.includes(each))

describe('trimming', () => {
  test('never removes what is in use', () => {
    fc.assert(
      fc.property(cache, budget, (parts, bytes) => {
        expect(planTrim(parts, bytes).some(({ inUse }) => inUse)).toBe(false)
      }),
    )
  })

  test('fits the rest into the budget, unless all the rest is in use', () => {
    fc.assert(
      fc.property(cache, budget, (parts, bytes) => {
        const kept = without(parts, planTrim(parts, bytes))
        expect(total(kept) <= bytes || kept.every(({ inUse }) => inUse)).toBe(true)
      }),
    )
  })

  test('removes what was used the longest ago', () => {
    fc.assert(
      fc.property(cache, budget, (parts, bytes) => {
        const removed = planTrim(parts, bytes)
        const free = without(parts, removed).filter(({ inUse }) => !inUse)
        const newestRemoved = Math.max(-1, ...removed.map(({ lastUsed }) => lastUsed))
        expect(free.every(({ lastUsed }) => lastUsed >= newestRemoved)).toBe(true)
      }),
    )
  })

  test('removes no more than has to be', () => {
    fc.assert(
      fc.property(cache, budget, (parts, bytes) => {
        const removed = planTrim(parts, bytes)
        if (removed.length > 0) expect(total(without(parts, removed.slice(0, -1)))).toBeGreaterThan(bytes)
      }),
    )
  })

  test('does the same whatever the order in which the parts are listed, and nothing the second time', () => {
    fc.assert(
      fc.property(cache, budget, (parts, bytes) => {
        const removed = planTrim(parts, bytes)
        expect(planTrim([...parts].reverse(), bytes)).toEqual(removed)
        expect(planTrim(without(parts, removed), bytes)).toEqual([])
      }),
    )
  })
})
