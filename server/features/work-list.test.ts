import fc from 'fast-check'
import { expect, test } from 'vitest'
import { workList } from './work-list.ts'

const pictures = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ hash: String(n), path: `${n}.jpg` }))

test('pictures are handed out in order, and no more than twice a chunk at a time', () => {
  const work = workList(pictures(40))
  expect(work.take(0).map(({ hash }) => hash)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7'])
  expect(work.take(0)).toHaveLength(8)
  expect(work.take(0)).toEqual([])
  expect(work.take(1)[0]?.hash).toBe('16')
})

test('what a dead extractor had is handed out again, first', () => {
  const work = workList(pictures(40))
  work.take(0)
  work.finish(0, '0')
  expect(work.giveBack(0).map(({ hash }) => hash)).toEqual(['1', '2', '3', '4', '5', '6', '7'])
  expect(work.take(1).map(({ hash }) => hash)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8'])
})

test('whoever takes, finishes and dies, every picture is finished exactly once', () => {
  const acts = fc.array(fc.record({ act: fc.constantFrom('take', 'finish', 'die'), who: fc.nat(2) }), {
    maxLength: 300,
  })
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 60 }), acts, (count, steps) => {
      const work = workList(pictures(count))
      const held: string[][] = [[], [], []]
      const finished: string[] = []
      const finish = (who: number) => {
        const hash = held[who]!.shift()
        if (hash === undefined) return
        work.finish(who, hash)
        finished.push(hash)
      }
      const take = (who: number) => held[who]!.push(...work.take(who).map(({ hash }) => hash))
      for (const { act, who } of steps) {
        if (act === 'take') take(who)
        if (act === 'finish') finish(who)
        if (act === 'die') {
          expect(work.giveBack(who).map(({ hash }) => hash)).toEqual(held[who])
          held[who] = []
        }
      }
      while (work.done < work.total) {
        for (const who of [0, 1, 2]) {
          take(who)
          finish(who)
        }
      }
      expect(new Set(finished).size).toBe(finished.length)
      expect(finished).toHaveLength(count)
    }),
  )
})
