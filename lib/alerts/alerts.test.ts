import fc from 'fast-check'
import { expect, test } from 'vitest'
import { alertWishSchema } from './alert.ts'
import { delayAfter, MOST_TRIES } from './retry.ts'

test('tries are ever further apart, up to an hour, and end', () => {
  const chance = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: MOST_TRIES - 1 }), chance, (tries, luck) => {
      const delay = delayAfter(tries, luck)!
      expect(delay).toBeGreaterThanOrEqual(0.75 * 5000)
      expect(delay).toBeLessThanOrEqual(3_600_000)
      expect(delayAfter(tries + 1, 1) ?? delay).toBeGreaterThanOrEqual(delayAfter(tries, 0)!)
    }),
  )
  expect(delayAfter(MOST_TRIES, 0)).toBeUndefined()
})

test.each([
  ['https://chat.example/hooks/1', true],
  ['http://10.0.0.7:8080/', true],
  ['ftp://chat.example/', false],
  ['file:///etc/passwd', false],
  ['https://user:secret@chat.example/', false],
  ['chat.example', false],
])('%s is taken as a webhook: %s', (url, taken) => {
  expect(alertWishSchema.safeParse({ url }).success).toBe(taken)
})
