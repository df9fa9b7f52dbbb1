import { and, eq, lte, sql } from 'drizzle-orm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { summaryOf } from '../../lib/api/runs.ts'
import type { NewRunEvent, RunEvent } from '../../lib/run/events.ts'
import { type Run, reduceRun } from '../../lib/run/run.ts'
import type { Database } from './database.ts'
import { type Store, storeOn } from './open.ts'
import { runEvents, runs as runTable } from './schema.ts'
import { aRun, point } from './testing/made-up.ts'

/** What logs of runs must do, on every sort of Postgres. */
export function describeRuns(open: () => Store, connection: () => Database): void {
  test('a new run is queued, and found by its id, by what it begins with, and in the list', async () => {
    const run = await aRun(open())
    expect(run).toMatchObject({ seq: 1, attempt: 0, state: { status: 'queued' } })
    expect(run.id).toMatch(/^[0-9a-z]{10}$/)
    expect(run.dataset).toMatchObject({
      name: expect.stringMatching(/^for runs@\d+$/),
      classes: ['Whippet', '犬'],
    })
    expect(await open().runs.find(run.id)).toEqual(run)
    expect(await open().runs.find(run.id.toUpperCase())).toEqual(run)
    expect((await open().runs.list())[0]).toEqual(summaryOf(run))
    for (const unknown of ['', 'zzz', '%', '_'.repeat(10)])
      expect(await open().runs.find(unknown)).toBeUndefined()
  })

  test('a beginning that several runs share is refused', async () => {
    const [one] = [await aRun(open()), await aRun(open())]
    await expect(open().runs.find(one.id.slice(0, 1))).rejects.toMatchObject({ code: 'runs/ambiguous' })
  })

  test('ids grow with time, and the list has the newest first', async () => {
    const made = [await aRun(open()), await aRun(open()), await aRun(open())].map(({ id }) => id)
    expect(made).toEqual([...made].sort())
    expect((await open().runs.list()).slice(0, 3).map(({ id }) => id)).toEqual([...made].reverse())
  })

  test('appended events are numbered without gaps, in the order of the calls', async () => {
    const { id } = await aRun(open())
    const attempt = await open().runs.beginAttempt(id)
    const calls = Array.from({ length: 20 }, (_, n) =>
      Array.from({ length: n % 4 }, (_, m) => point(4 * n + m)),
    )
    const appended = await Promise.all(calls.map((events) => open().runs.append(id, attempt, events)))
    const log = await open().runs.events(id)
    expect(log.slice(1)).toEqual(appended.flat())
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, i) => i + 1))
    expect(log.slice(1)).toMatchObject(calls.flat())
    expect(await open().runs.events(id, 25)).toEqual(log.slice(25))
  })

  test('a run is what its log says', async () => {
    const { id } = await aRun(open())
    const attempt = await open().runs.beginAttempt(id)
    const happened: NewRunEvent[] = [
      { type: 'started', pid: 1 },
      { type: 'phase', phase: 'training' },
      point(1),
      { type: 'failed', problem: { code: 'a/b', says: 'NUL \0 in it', advice: 'none' } },
    ]
    await open().runs.append(id, attempt, happened)
    const run = await open().runs.find(id)
    expect(run).toEqual((await open().runs.events(id)).reduce<Run | undefined>(reduceRun, undefined))
    expect(run).toMatchObject({ seq: 5, attempt: 1, state: { problem: { says: 'NUL \ufffd in it' } } })
    expect((await open().runs.list()).find((listed) => listed.id === id)).toEqual(summaryOf(run!))
  })

  const rowOf = async (id: string) => {
    const [row] = await connection().db.select().from(runTable).where(eq(runTable.id, id))
    return row!
  }
  /** What the log says, and what a store says that has nothing in memory. */
  const told = async (id: string) => {
    const log = (await open().runs.events(id)).reduce<Run | undefined>(reduceRun, undefined)!
    const fresh = storeOn(connection())
    const listed = (await fresh.runs.list()).find((run) => run.id === id)
    return { log, found: [await fresh.runs.find(id), await open().runs.find(id)], listed }
  }
  const expectAsTold = async (id: string) => {
    const { log, found, listed } = await told(id)
    expect(found).toEqual([log, log])
    expect(listed).toEqual(summaryOf(log))
  }

  test('a run that has ended is what its log tells, and again when it goes on', async () => {
    const { id } = await aRun(open())
    const happenings: [attempt: number, events: NewRunEvent[], ended: boolean][] = [
      [1, [{ type: 'started', pid: 1 }, point(1, 0.1 + 0.2)], false],
      [1, [point(2), { type: 'stopped', kept: true }], true],
      [1, [{ type: 'stop-requested' }], true],
      [2, [{ type: 'started', pid: 2 }], false],
      [2, [{ type: 'succeeded' }], true],
    ]
    for (const [attempt, events, ended] of happenings) {
      if ((await open().runs.find(id))!.attempt < attempt) await open().runs.beginAttempt(id)
      await open().runs.append(id, attempt, events)
      await expectAsTold(id)
      expect((await rowOf(id)).over).toBe(ended)
      expect((await open().runs.unfinished()).some(({ run }) => run.id === id)).toBe(!ended)
    }
  })

  test('of a long log only what came after the last snapshot is read', async () => {
    const { id } = await aRun(open())
    for (let n = 0; n < 700; n += 35) {
      await open().runs.append(
        id,
        0,
        Array.from({ length: 35 }, (_, m) => point(n + m)),
      )
      const { seq, snapshotSeq } = await rowOf(id)
      expect(seq - snapshotSeq).toBeLessThan(256)
    }
    await expectAsTold(id)
    // What the snapshot has is not read again: without it nothing can tell that these are gone.
    const { snapshotSeq } = await rowOf(id)
    const before = and(eq(runEvents.runId, id), lte(runEvents.seq, snapshotSeq))
    const whole = await open().runs.find(id)
    await connection().db.delete(runEvents).where(before)
    expect(await storeOn(connection()).runs.find(id)).toEqual(whole)
  })

  test.each([
    ['of another version', sql`jsonb_set(snapshot, '{version}', '0')`],
    ['that is damaged', sql`jsonb_set(snapshot, '{run,state}', '{}')`],
  ])('a snapshot %s is folded again from the log, once', async (_what, damaged) => {
    const { id } = await aRun(open())
    await open().runs.append(id, 0, [point(1), { type: 'stopped', kept: true }])
    const summary = sql`'{"version": 0}'`
    await connection().db.update(runTable).set({ snapshot: damaged, summary }).where(eq(runTable.id, id))
    await expectAsTold(id)
    const { snapshot } = await rowOf(id)
    expect(snapshot?.run).toEqual(await open().runs.find(id))
  })

  test('thousands of events at once are one call', async () => {
    const { id } = await aRun(open())
    const appended = await open().runs.append(
      id,
      0,
      Array.from({ length: 2500 }, (_, n) => point(n)),
    )
    expect(await open().runs.events(id, 1)).toEqual(appended)
  })

  test('every number comes back to the last bit', async () => {
    const { id } = await aRun(open())
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((loss) => !Object.is(loss, -0))
    const losses = [...fc.sample(finite, 300), 5e-324, Number.MAX_VALUE, 0.1 + 0.2]
    await open().runs.append(
      id,
      0,
      losses.map((loss, n) => point(n, loss)),
    )
    const back = (await open().runs.events(id, 1)).map((event) => event.type === 'point' && event.loss)
    expect(back).toEqual(losses)
  })

  test('what an older attempt says is refused, and nothing of it is kept', async () => {
    const { id } = await aRun(open())
    const first = await open().runs.beginAttempt(id)
    await open().runs.append(id, first, [{ type: 'started', pid: 1 }])
    const second = await open().runs.beginAttempt(id)
    expect([first, second]).toEqual([1, 2])
    for (const attempt of [0, first, 3]) {
      await expect(open().runs.append(id, attempt, [point(1)])).rejects.toMatchObject({
        code: 'runs/fenced',
      })
    }
    await open().runs.append(id, second, [{ type: 'started', pid: 2 }])
    expect((await open().runs.events(id)).map(({ seq, attempt }) => [seq, attempt])).toEqual([
      [1, 0],
      [2, 1],
      [3, 2],
    ])
  })

  test('what an interrupted attempt still says is refused, before another one has begun', async () => {
    const { id } = await aRun(open())
    const first = await open().runs.beginAttempt(id)
    await open().runs.append(id, first, [
      { type: 'started', pid: 1 },
      { type: 'interrupted', why: 'vanished' },
    ])
    const late = open().runs.append(id, first, [{ type: 'succeeded' }])
    await expect(late).rejects.toMatchObject({ code: 'runs/fenced' })
    expect(await open().runs.find(id)).toMatchObject({ seq: 3, state: { status: 'interrupted' } })
    expect(await open().runs.append(id, await open().runs.beginAttempt(id), [point(1)])).toHaveLength(1)
  })

  test('attempts that begin at the same time have numbers of their own', async () => {
    const { id } = await aRun(open())
    const numbers = await Promise.all([1, 2, 3, 4].map(() => open().runs.beginAttempt(id)))
    expect(numbers.sort()).toEqual([1, 2, 3, 4])
  })

  test('an event that is none is refused with all that came in the same call', async () => {
    const { id } = await aRun(open())
    const bad = { type: 'point', series: 'refit', step: 1, loss: Number.NaN } as NewRunEvent
    await expect(open().runs.append(id, 0, [point(1), bad])).rejects.toMatchObject({
      code: 'runs/bad-event',
      says: expect.stringContaining('loss'),
    })
    expect(await open().runs.events(id)).toHaveLength(1)
  })

  test('a run that nobody knows is said to be unknown', async () => {
    await expect(open().runs.append('nobody', 1, [point(1)])).rejects.toMatchObject({
      code: 'runs/unknown',
    })
    await expect(open().runs.beginAttempt('nobody')).rejects.toMatchObject({ code: 'runs/unknown' })
    expect(await open().runs.events('nobody')).toEqual([])
  })

  test('a subscriber hears of every event of its run once it is stored, until it ends', async () => {
    const [mine, other] = [await aRun(open()), await aRun(open())]
    const heard: RunEvent[] = []
    const end = open().runs.subscribe(mine.id, (event) => heard.push(event))
    await Promise.all([
      open().runs.append(mine.id, 0, [point(1), point(2)]),
      open().runs.append(other.id, 0, [point(3)]),
      open().runs.append(mine.id, 0, [point(4)]),
    ])
    expect(heard).toEqual(await open().runs.events(mine.id, 1))
    end()
    end()
    await open().runs.append(mine.id, 0, [point(5)])
    expect(heard).toHaveLength(3)
  })

  test('what is refused is not heard of', async () => {
    const { id } = await aRun(open())
    const heard: RunEvent[] = []
    open().runs.subscribe(id, (event) => heard.push(event))
    await expect(open().runs.append(id, 9, [point(1)])).rejects.toMatchObject({ code: 'runs/fenced' })
    expect(heard).toEqual([])
  })
}
