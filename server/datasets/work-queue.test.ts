import fc from 'fast-check'
import { expect, test } from 'vitest'
import { workQueue } from './work-queue.ts'

const takeAll = (queue: ReturnType<typeof workQueue>, decoder: number) => {
  const taken: number[] = []
  for (let index = queue.take(decoder); index !== undefined; index = queue.take(decoder)) taken.push(index)
  return taken
}

test('a decoder has few pictures at a time, in order', () => {
  const queue = workQueue(20)
  expect(takeAll(queue, 0)).toEqual([0, 1, 2, 3, 4, 5])
  expect(takeAll(queue, 0)).toEqual([])
  expect(takeAll(queue, 1)).toEqual([6, 7, 8, 9, 10, 11])
  queue.finish(0, 3)
  expect(takeAll(queue, 0)).toEqual([12])
})

test('what a dead decoder had is tried again one by one; what kills alone is done', () => {
  const queue = workQueue(2)
  takeAll(queue, 0)
  expect(queue.died(0)).toBeUndefined()
  expect(takeAll(queue, 0)).toEqual([0])
  expect(queue.died(0)).toBe(0)
  expect(takeAll(queue, 0)).toEqual([1])
  queue.finish(0, 1)
  expect(queue.done).toBe(2)
})

test('whoever dies when, every picture is finished once or given up once, and an innocent one never by a single death', () => {
  const step = fc.record({ act: fc.constantFrom('take', 'finish', 'die'), who: fc.nat(2) })
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 40 }), fc.array(step, { maxLength: 300 }), (count, steps) => {
      const queue = workQueue(count)
      const held: number[][] = [[], [], []]
      const deaths = new Map<number, number>()
      const ended: number[] = []
      const finish = (who: number) => {
        const index = held[who]!.shift()
        if (index === undefined) return
        queue.finish(who, index)
        ended.push(index)
      }
      const die = (who: number) => {
        for (const index of held[who]!) deaths.set(index, (deaths.get(index) ?? 0) + 1)
        const culprit = queue.died(who)
        held[who] = []
        if (culprit === undefined) return
        expect(deaths.get(culprit)).toBe(2)
        ended.push(culprit)
      }
      const take = (who: number) => held[who]!.push(...takeAll(queue, who))
      for (const { act, who } of steps) ({ take, finish, die })[act as 'take'](who)
      while (queue.done < queue.total) {
        for (const who of [0, 1, 2]) {
          take(who)
          finish(who)
        }
      }
      expect(ended.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, n) => n))
    }),
  )
})
