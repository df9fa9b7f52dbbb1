import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { type JoinedRing, makeRingPlace, type RingPlace, takeSeat } from './join-ring.ts'
import { RingBroken } from './ring-group.ts'

let place: RingPlace | undefined
let rings: JoinedRing[] = []
afterEach(async () => {
  for (const ring of rings) ring.close()
  rings = []
  await place?.remove()
})

async function openRing(size: number): Promise<JoinedRing[]> {
  place = await makeRingPlace()
  const { folder } = place
  const seats = await Promise.all(Array.from({ length: size }, (_, rank) => takeSeat(folder, { rank, size })))
  rings = await Promise.all(seats.map((seat) => seat.join()))
  return rings
}

for (const size of [2, 3, 5]) {
  test(`${size} devices get the sum, the same bits on each, of any number of values`, async () => {
    const opened = await openRing(size)
    await fc.assert(
      fc.asyncProperty(fc.nat(200), fc.boolean(), fc.integer(), async (length, double, seed) => {
        const of = (rank: number) => Array.from({ length }, (_, i) => Math.sin(seed + rank * 1000 + i))
        const values = opened.map((_, rank) =>
          double ? Float64Array.from(of(rank)) : Float32Array.from(of(rank)),
        )
        const given = values.map((own) => own.slice())
        await Promise.all(opened.map(({ group }, rank) => group.sum(values[rank]!)))
        for (let i = 0; i < length; i++) {
          const sum = given.reduce((total, own) => total + own[i]!, 0)
          expect(Math.abs(values[0]![i]! - sum)).toBeLessThan(1e-5)
        }
        for (const own of values) expect(own).toEqual(values[0])
      }),
      { numRuns: 40 },
    )
  })
}

test('several megabytes go around while both ends send at once', async () => {
  const opened = await openRing(2)
  const values = opened.map((_, rank) => new Float32Array(2_000_000).fill(rank + 1))
  await Promise.all(opened.map(({ group }, rank) => group.sum(values[rank]!)))
  for (const own of values) expect(own.every((value) => value === 3)).toBe(true)
})

test('when one leaves, the sums of all others end', async () => {
  const opened = await openRing(4)
  const sums = opened.slice(1).map(({ group, close }) => group.sum(new Float32Array(50_000)).finally(close))
  opened[0]!.close()
  for (const { status, reason } of (await Promise.allSettled(sums)) as PromiseRejectedResult[]) {
    expect(status).toBe('rejected')
    expect(reason).toBeInstanceOf(RingBroken)
  }
})

test('devices that are out of step find out instead of adding one thing to another', async () => {
  const [one, another] = await openRing(2)
  const sums = [
    one!.group.sum(new Float32Array(100)).finally(one!.close),
    another!.group.sum(new Float32Array(60)).finally(another!.close),
  ]
  for (const { reason } of (await Promise.allSettled(sums)) as PromiseRejectedResult[])
    expect(reason).toBeInstanceOf(RingBroken)
})
