import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inQueueOrder, MOVES, movedInQueue, prioritiesFor } from './queue-order.ts'

const anyWaiting = fc
  .array(fc.record({ priority: fc.integer({ min: -3, max: 3 }), at: fc.nat(5) }), { maxLength: 8 })
  .map((all) => all.map((one, i) => ({ ...one, run: `run${i}` })))

test('whatever order is wanted, the changed priorities give it', () => {
  fc.assert(
    fc.property(
      anyWaiting.chain((waiting) => fc.shuffledSubarray(waiting, { minLength: waiting.length })),
      (order) => {
        const changed = prioritiesFor(order)
        const now = order.map((one) => ({ ...one, priority: changed.get(one.run) ?? one.priority }))
        expect(inQueueOrder(now).map(({ run }) => run)).toEqual(order.map(({ run }) => run))
      },
    ),
  )
})

test('priorities only rise, and the order that is there changes none', () => {
  fc.assert(
    fc.property(anyWaiting, (waiting) => {
      const distinct = waiting.map((one, i) => ({ ...one, at: i }))
      expect(prioritiesFor(inQueueOrder(distinct)).size).toBe(0)
      for (const [run, priority] of prioritiesFor(waiting)) {
        expect(priority).toBeGreaterThan(waiting.find((one) => one.run === run)!.priority)
      }
    }),
  )
})

test('a move keeps everyone in the queue once, and the others in their order', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string()), fc.nat(), fc.constantFrom(...MOVES), (order, at, move) => {
      const run = order[at % Math.max(1, order.length)] ?? 'nobody'
      const moved = movedInQueue(order, run, move)
      expect([...moved].sort()).toEqual([...order].sort())
      expect(moved.filter((other) => other !== run)).toEqual(order.filter((other) => other !== run))
    }),
  )
})

test.each([
  ['first', ['c', 'a', 'b', 'd']],
  ['up', ['a', 'c', 'b', 'd']],
  ['down', ['a', 'b', 'd', 'c']],
  ['last', ['a', 'b', 'd', 'c']],
] as const)('c moves %s', (move, expected) => {
  expect(movedInQueue(['a', 'b', 'c', 'd'], 'c', move)).toEqual(expected)
})
