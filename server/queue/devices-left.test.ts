import fc from 'fast-check'
import { expect, test } from 'vitest'
import { devicesLeft } from './attempts.ts'

const ids = (count: number) => Array.from({ length: count }, (_, i) => `cuda:${i}`)

test('a run never waits for more devices than are left, never for none, and gets none that it lost while there are others', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 8 }),
      fc.subarray(ids(8)),
      (there, wanted, lost) => {
        const { devices, count } = devicesLeft(wanted, ids(there), new Set(lost))
        expect(count).toBeGreaterThan(0)
        expect(count).toBeLessThanOrEqual(Math.min(wanted, devices.length))
        if (ids(there).some((id) => !lost.includes(id)))
          expect(devices.filter((id) => lost.includes(id))).toEqual([])
      },
    ),
  )
})

test('without a loss it gets what it asks for, of all', () => {
  expect(devicesLeft(2, ids(4), new Set())).toEqual({ devices: ids(4), count: 2 })
  expect(devicesLeft(4, ids(4), new Set(['cuda:0']))).toEqual({ devices: ids(4).slice(1), count: 3 })
})
