import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cacheBudget, isCritical, isShort, reserveBytes } from './reserve.ts'

describe('the reserve', () => {
  test('is 2 % of a small disk, 2 GB of a large one, and what was asked for', () => {
    expect(reserveBytes(50e9)).toBe(1e9)
    expect(reserveBytes(10e12)).toBe(2e9)
    expect(reserveBytes(10e12, '0.5')).toBe(0.5e9)
    expect(reserveBytes(10e12, '0')).toBe(0)
  })

  test('leaves the database room on a tiny disk, and ignores what is no number', () => {
    expect(reserveBytes(1e9)).toBe(128 << 20)
    expect(reserveBytes(10e12, 'much')).toBe(2e9)
    expect(reserveBytes(10e12, '-1')).toBe(2e9)
  })
})

test('the cache’s budget does not change when the cache is trimmed', () => {
  const bytes = fc.integer({ min: 0, max: 1e12 })
  fc.assert(
    fc.property(bytes, bytes, bytes, (freeBytes, cacheBytes, trimmed) => {
      const less = Math.min(trimmed, cacheBytes)
      expect(cacheBudget({ freeBytes, cacheBytes })).toBe(
        cacheBudget({ freeBytes: freeBytes + less, cacheBytes: cacheBytes - less }),
      )
    }),
  )
  expect(cacheBudget({ freeBytes: 10, cacheBytes: 0 }, '3')).toBe(3e9)
})

test('short space becomes roomy only a tenth above the reserve, so that nothing flickers', () => {
  expect(isShort(false, 100, 100)).toBe(false)
  expect(isShort(false, 99, 100)).toBe(true)
  expect(isShort(true, 105, 100)).toBe(true)
  expect(isShort(true, 111, 100)).toBe(false)
  expect(isShort(false, 0, 0)).toBe(false)
})

test('what runs is interrupted only where a new run would not be begun either', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (free, reserve) => {
      if (isCritical(free, reserve)) expect(isShort(false, free, reserve)).toBe(true)
    }),
  )
})
