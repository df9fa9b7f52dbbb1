import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seededRandom } from '../../training/random.ts'
import { drawMix } from '../regularise.ts'
import { shareOfBatch } from './batch-share.ts'
import { ringSteps } from './ring.ts'
import { shardOf } from './shard.ts'

const sizes = fc.integer({ min: 1, max: 9 })
const batches = fc.uniqueArray(fc.nat(10_000), { maxLength: 40 }).map((rows) => Int32Array.from(rows))

test('shares of a batch cover every row once, in order, and differ by one picture at most', () => {
  fc.assert(
    fc.property(batches, sizes, (rows, size) => {
      const shares = Array.from({ length: size }, (_, rank) => shareOfBatch(rows, { rank, size }))
      expect(shares.flatMap(({ reads }) => [...reads])).toEqual([...rows])
      const lengths = shares.map(({ own }) => own.to - own.from)
      expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1)
    }),
  )
})

test('what the shares count together is the whole batch', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), sizes, (count, parts) => {
      const counts = Array.from({ length: parts }, (_, part) => shardOf(count, { part, parts }))
      const sum = counts.reduce((total, { from, to }) => total + (to - from) / count, 0)
      expect(sum).toBeCloseTo(1, 12)
    }),
  )
})

test('mixed with partners, a device reads each of its own and its partners’ pictures once, and knows which is which', () => {
  fc.assert(
    fc.property(batches, sizes, fc.integer(), (rows, size, seed) => {
      const mix = drawMix(0.3, rows.length, seededRandom(seed))
      for (let rank = 0; rank < size; rank++) {
        const { own, reads, mixed } = shareOfBatch(rows, { rank, size }, mix)
        expect(new Set(reads).size).toBe(reads.length)
        expect(mixed!.share).toBe(mix.share)
        for (let i = 0; i < own.to - own.from; i++) {
          expect(reads[i]).toBe(rows[own.from + i])
          expect(reads[mixed!.partner[i]!]).toBe(rows[mix.partner[own.from + i]!])
        }
      }
    }),
  )
})

test('around the ring every device ends with the sum, added up in one order per chunk', () => {
  fc.assert(
    fc.property(sizes, (size) => {
      // What a device has of a chunk: whose values are in it, in the order in which they were added.
      const held = Array.from({ length: size }, (_, rank) => Array.from({ length: size }, () => [rank]))
      for (let step = 0; step < 2 * (size - 1); step++) {
        const sent = held.map((chunks, rank) => chunks[ringSteps(rank, size)[step]!.send]!)
        for (let rank = 0; rank < size; rank++) {
          const { receive, adds } = ringSteps(rank, size)[step]!
          const before = (rank + size - 1) % size
          expect(ringSteps(before, size)[step]!.send).toBe(receive)
          held[rank]![receive] = adds ? [...sent[before]!, ...held[rank]![receive]!] : sent[before]!
        }
      }
      for (const chunks of held)
        for (const [chunk, whose] of chunks.entries())
          expect(whose).toEqual(Array.from({ length: size }, (_, i) => (chunk + i) % size))
    }),
  )
})
