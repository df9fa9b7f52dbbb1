import { beforeAll, expect, test } from 'vitest'
import type { Store } from './open.ts'
import { madeUpVersion, settingsFor } from './testing/made-up.ts'

/** What shared extractions must do, on every sort of Postgres. */
export function describeExtractions(open: () => Store): void {
  let run: string
  const SLICES = [['a', 'b'], ['c'], ['d', 'e']]
  beforeAll(async () => {
    const version = await open().datasets.create(madeUpVersion('for extractions'))
    run = (await open().runs.create(settingsFor(version), version)).id
  })

  test('each part is claimed by one worker, until none is free', async () => {
    const { extractions } = open()
    const id = await extractions.open(run, { weights: 'w' }, SLICES)
    expect(await extractions.free()).toEqual([{ id, run, task: { weights: 'w' } }])
    const claims = await Promise.all(
      ['one', 'two', 'one', 'two', 'one'].map((who) => extractions.claim(id, who)),
    )
    const got = claims.filter((claim) => claim !== undefined)
    expect(got.map(({ pictures }) => pictures).sort()).toEqual(SLICES)
    expect(await extractions.free()).toEqual([])
    expect(await extractions.underWay(id)).not.toEqual([])
    await extractions.close(id)
    expect(await extractions.claim(id, 'late')).toBeUndefined()
  })

  test('what a worker that is gone had is claimed anew, and its late word no longer counts', async () => {
    const { extractions } = open()
    const id = await extractions.open(run, {}, SLICES)
    const [lost] = [(await extractions.claim(id, 'gone'))!, await extractions.claim(id, 'here')]
    await extractions.release(id, ['gone'])
    expect(await extractions.underWay(id)).toEqual(['here'])
    expect(await extractions.claim(id, 'here')).toEqual(lost)
    expect(await extractions.done(lost, 'gone')).toBe(false)
    expect(await extractions.done(lost, 'here')).toBe(true)
    await extractions.release(id, ['here'])
    expect((await extractions.claim(id, 'x'))?.index).toBe(1)
    expect((await extractions.claim(id, 'x'))?.index).toBe(2)
    expect(await extractions.claim(id, 'x')).toBeUndefined()
    await extractions.close(id)
  })
}
