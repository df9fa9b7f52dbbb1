import { and, eq, lte, sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { summaryOf } from '../../lib/api/runs.ts'
import { Problem } from '../../lib/problem.ts'
import type { NewRunEvent, RunEvent } from '../../lib/run/events.ts'
import { type Run, reduceRun } from '../../lib/run/run.ts'
import type { Database } from './database.ts'
import { describeExtractions } from './extractions.suite.ts'
import { migrate } from './migrate.ts'
import { type Store, storeOn } from './open.ts'
import { runEvents, runs as runTable } from './schema.ts'
import { madeUpPictures, madeUpVersion, point, settingsFor } from './testing/made-up.ts'

/** What the store must do on every sort of Postgres. `connect` opens one database, the same each time. */
export function describeStore(name: string, connect: () => Promise<Database>) {
  describe(name, () => {
    let database: Database
    let store: Store
    const open = async () => {
      database = await connect()
      await migrate(database)
      store = storeOn(database)
    }
    beforeAll(open)
    afterAll(() => store.close())

    const aRun = async (): Promise<Run> => {
      const version = await store.datasets.create(madeUpVersion('for runs'))
      return store.runs.create(settingsFor(version), version)
    }

    test('migrating again changes nothing', async () => {
      await store.datasets.create(madeUpVersion('kept'))
      const before = await store.datasets.list()
      await migrate(database)
      expect(await store.datasets.list()).toEqual(before)
    })

    test('a database that a newer Whippet has changed is refused', async () => {
      const table = sql`drizzle.__drizzle_migrations`
      const future = 9_999_999_999_999
      await database.db.execute(sql`insert into ${table} (hash, created_at) values ('future', ${future})`)
      await expect(migrate(database)).rejects.toMatchObject({ code: 'store/newer' })
      await database.db.execute(sql`delete from ${table} where hash = 'future'`)
    })

    describe('extractions', () => describeExtractions(() => store))

    describe('datasets', () => {
      test('a version has all that was given, pictures in the order of the import', async () => {
        const given = madeUpVersion('dogs', 7)
        const version = await store.datasets.create(given)
        expect(version).toMatchObject({
          dataset: 'dogs',
          version: 1,
          classes: given.classes,
          counts: { train: 3, validation: 2, test: 2 },
          split: given.split,
        })
        expect(await store.datasets.pictures(version.id)).toEqual(given.pictures)
        expect(await store.datasets.report(version.id)).toEqual(given.report)
        expect(await store.datasets.find(version.id)).toEqual(version)
        expect(await store.datasets.list()).toContainEqual(version)
      })

      test('a name stands for its latest version, name@1 and ids for one', async () => {
        const first = await store.datasets.create(madeUpVersion('birds'))
        const second = await store.datasets.create(madeUpVersion('birds', 4))
        expect([first.version, second.version]).toEqual([1, 2])
        expect(await store.datasets.find('birds')).toEqual(second)
        expect(await store.datasets.find('birds@1')).toEqual(first)
        expect(await store.datasets.find('birds@2')).toEqual(second)
        expect(await store.datasets.find(first.id)).toEqual(first)
        for (const unknown of ['birds@3', 'bird', '', '%', "'"]) {
          expect(await store.datasets.find(unknown)).toBeUndefined()
        }
      })

      test('an id is found even where a dataset is named like it', async () => {
        const first = await store.datasets.create(madeUpVersion('fish'))
        await store.datasets.create(madeUpVersion(first.id))
        expect(await store.datasets.find(first.id)).toEqual(first)
      })

      test('imports of one name at the same time become versions of their own', async () => {
        const all = await Promise.all(
          [3, 4, 5, 6].map((count) => store.datasets.create(madeUpVersion('cats', count))),
        )
        expect(all.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4])
      })

      test('more pictures than one batch come back in order', async () => {
        const given = madeUpVersion('many', 12_001)
        const version = await store.datasets.create(given)
        expect(await store.datasets.pictures(version.id)).toEqual(given.pictures)
      })

      test('a version whose last picture is refused leaves nothing behind', async () => {
        const before = await store.datasets.list()
        const broken = { ...madeUpPictures(1)[0]!, width: 2 ** 40 }
        const given = { ...madeUpVersion('torn'), pictures: [...madeUpPictures(5001), broken] }
        await expect(store.datasets.create(given)).rejects.toThrow()
        expect(await store.datasets.list()).toEqual(before)
        const counted = sql`select count(*)::int as count from pictures p where not exists
          (select from dataset_versions v where v.id = p.version_id)`
        expect(await database.db.execute(counted)).toMatchObject({ rows: [{ count: 0 }] })
        expect(await store.datasets.create(madeUpVersion('torn'))).toMatchObject({ version: 1 })
      })

      test.each(['', ' ', ' dogs', 'dogs@1', 'do\ngs', 'd'.repeat(101)])(
        'the name %j is refused',
        async (bad) => {
          await expect(store.datasets.create(madeUpVersion(bad))).rejects.toThrow(
            expect.objectContaining({ code: 'datasets/bad-name' }),
          )
        },
      )

      test('names in any script come back as they were; what no database holds becomes U+FFFD', async () => {
        const names = [
          'n02085620-Chihuahua',
          'Žluťoučký kůň',
          '犬',
          'كلب',
          '🐕‍🦺',
          '"\\',
          "'; drop table runs; --",
          'a\0b\ud800c',
        ]
        const given = { ...madeUpVersion('scripts'), classes: names }
        const pictures = names.map((file, n) => ({ ...madeUpPictures(names.length)[n]!, file }))
        const version = await store.datasets.create({ ...given, pictures })
        const kept = names.with(-1, 'a\ufffdb\ufffdc')
        expect(version.classes).toEqual(kept)
        expect((await store.datasets.pictures(version.id)).map(({ file }) => file)).toEqual(kept)
      })
    })

    describe('runs', () => {
      test('a new run is queued, and found by its id, by what it begins with, and in the list', async () => {
        const run = await aRun()
        expect(run).toMatchObject({ seq: 1, attempt: 0, state: { status: 'queued' } })
        expect(run.id).toMatch(/^[0-9a-z]{10}$/)
        expect(run.dataset).toMatchObject({
          name: expect.stringMatching(/^for runs@\d+$/),
          classes: ['Whippet', '犬'],
        })
        expect(await store.runs.find(run.id)).toEqual(run)
        expect(await store.runs.find(run.id.toUpperCase())).toEqual(run)
        expect((await store.runs.list())[0]).toEqual(summaryOf(run))
        for (const unknown of ['', 'zzz', '%', '_'.repeat(10)])
          expect(await store.runs.find(unknown)).toBeUndefined()
      })

      test('a beginning that several runs share is refused', async () => {
        const [one] = [await aRun(), await aRun()]
        await expect(store.runs.find(one.id.slice(0, 1))).rejects.toMatchObject({ code: 'runs/ambiguous' })
      })

      test('ids grow with time, and the list has the newest first', async () => {
        const made = [await aRun(), await aRun(), await aRun()].map(({ id }) => id)
        expect(made).toEqual([...made].sort())
        expect((await store.runs.list()).slice(0, 3).map(({ id }) => id)).toEqual([...made].reverse())
      })

      test('appended events are numbered without gaps, in the order of the calls', async () => {
        const { id } = await aRun()
        const attempt = await store.runs.beginAttempt(id)
        const calls = Array.from({ length: 20 }, (_, n) =>
          Array.from({ length: n % 4 }, (_, m) => point(4 * n + m)),
        )
        const appended = await Promise.all(calls.map((events) => store.runs.append(id, attempt, events)))
        const log = await store.runs.events(id)
        expect(log.slice(1)).toEqual(appended.flat())
        expect(log.map(({ seq }) => seq)).toEqual(log.map((_, i) => i + 1))
        expect(log.slice(1)).toMatchObject(calls.flat())
        expect(await store.runs.events(id, 25)).toEqual(log.slice(25))
      })

      test('a run is what its log says', async () => {
        const { id } = await aRun()
        const attempt = await store.runs.beginAttempt(id)
        const happened: NewRunEvent[] = [
          { type: 'started', pid: 1 },
          { type: 'phase', phase: 'training' },
          point(1),
          { type: 'failed', problem: { code: 'a/b', says: 'NUL \0 in it', advice: 'none' } },
        ]
        await store.runs.append(id, attempt, happened)
        const run = await store.runs.find(id)
        expect(run).toEqual((await store.runs.events(id)).reduce<Run | undefined>(reduceRun, undefined))
        expect(run).toMatchObject({ seq: 5, attempt: 1, state: { problem: { says: 'NUL \ufffd in it' } } })
        expect((await store.runs.list()).find((listed) => listed.id === id)).toEqual(summaryOf(run!))
      })

      const rowOf = async (id: string) => {
        const [row] = await database.db.select().from(runTable).where(eq(runTable.id, id))
        return row!
      }
      /** What the log says, and what a store says that has nothing in memory. */
      const told = async (id: string) => {
        const log = (await store.runs.events(id)).reduce<Run | undefined>(reduceRun, undefined)!
        const fresh = storeOn(database)
        const listed = (await fresh.runs.list()).find((run) => run.id === id)
        return { log, found: [await fresh.runs.find(id), await store.runs.find(id)], listed }
      }
      const expectAsTold = async (id: string) => {
        const { log, found, listed } = await told(id)
        expect(found).toEqual([log, log])
        expect(listed).toEqual(summaryOf(log))
      }

      test('a run that has ended is what its log tells, and again when it goes on', async () => {
        const { id } = await aRun()
        const happenings: [attempt: number, events: NewRunEvent[], ended: boolean][] = [
          [1, [{ type: 'started', pid: 1 }, point(1, 0.1 + 0.2)], false],
          [1, [point(2), { type: 'stopped', kept: true }], true],
          [1, [{ type: 'stop-requested' }], true],
          [2, [{ type: 'started', pid: 2 }], false],
          [2, [{ type: 'succeeded' }], true],
        ]
        for (const [attempt, events, ended] of happenings) {
          if ((await store.runs.find(id))!.attempt < attempt) await store.runs.beginAttempt(id)
          await store.runs.append(id, attempt, events)
          await expectAsTold(id)
          expect((await rowOf(id)).over).toBe(ended)
          expect((await store.runs.unfinished()).some(({ run }) => run.id === id)).toBe(!ended)
        }
      })

      test('of a long log only what came after the last snapshot is read', async () => {
        const { id } = await aRun()
        for (let n = 0; n < 700; n += 35) {
          await store.runs.append(
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
        const whole = await store.runs.find(id)
        await database.db.delete(runEvents).where(before)
        expect(await storeOn(database).runs.find(id)).toEqual(whole)
      })

      test.each([
        ['of another version', sql`jsonb_set(snapshot, '{version}', '0')`],
        ['that is damaged', sql`jsonb_set(snapshot, '{run,state}', '{}')`],
      ])('a snapshot %s is folded again from the log, once', async (_what, damaged) => {
        const { id } = await aRun()
        await store.runs.append(id, 0, [point(1), { type: 'stopped', kept: true }])
        const summary = sql`'{"version": 0}'`
        await database.db.update(runTable).set({ snapshot: damaged, summary }).where(eq(runTable.id, id))
        await expectAsTold(id)
        const { snapshot } = await rowOf(id)
        expect(snapshot?.run).toEqual(await store.runs.find(id))
      })

      test('thousands of events at once are one call', async () => {
        const { id } = await aRun()
        const appended = await store.runs.append(
          id,
          0,
          Array.from({ length: 2500 }, (_, n) => point(n)),
        )
        expect(await store.runs.events(id, 1)).toEqual(appended)
      })

      test('every number comes back to the last bit', async () => {
        const { id } = await aRun()
        const finite = fc
          .double({ noNaN: true, noDefaultInfinity: true })
          .filter((loss) => !Object.is(loss, -0))
        const losses = [...fc.sample(finite, 300), 5e-324, Number.MAX_VALUE, 0.1 + 0.2]
        await store.runs.append(
          id,
          0,
          losses.map((loss, n) => point(n, loss)),
        )
        const back = (await store.runs.events(id, 1)).map((event) => event.type === 'point' && event.loss)
        expect(back).toEqual(losses)
      })

      test('what an older attempt says is refused, and nothing of it is kept', async () => {
        const { id } = await aRun()
        const first = await store.runs.beginAttempt(id)
        await store.runs.append(id, first, [{ type: 'started', pid: 1 }])
        const second = await store.runs.beginAttempt(id)
        expect([first, second]).toEqual([1, 2])
        for (const attempt of [0, first, 3]) {
          await expect(store.runs.append(id, attempt, [point(1)])).rejects.toMatchObject({
            code: 'runs/fenced',
          })
        }
        await store.runs.append(id, second, [{ type: 'started', pid: 2 }])
        expect((await store.runs.events(id)).map(({ seq, attempt }) => [seq, attempt])).toEqual([
          [1, 0],
          [2, 1],
          [3, 2],
        ])
      })

      test('what an interrupted attempt still says is refused, before another one has begun', async () => {
        const { id } = await aRun()
        const first = await store.runs.beginAttempt(id)
        await store.runs.append(id, first, [
          { type: 'started', pid: 1 },
          { type: 'interrupted', why: 'vanished' },
        ])
        const late = store.runs.append(id, first, [{ type: 'succeeded' }])
        await expect(late).rejects.toMatchObject({ code: 'runs/fenced' })
        expect(await store.runs.find(id)).toMatchObject({ seq: 3, state: { status: 'interrupted' } })
        expect(await store.runs.append(id, await store.runs.beginAttempt(id), [point(1)])).toHaveLength(1)
      })

      test('attempts that begin at the same time have numbers of their own', async () => {
        const { id } = await aRun()
        const numbers = await Promise.all([1, 2, 3, 4].map(() => store.runs.beginAttempt(id)))
        expect(numbers.sort()).toEqual([1, 2, 3, 4])
      })

      test('an event that is none is refused with all that came in the same call', async () => {
        const { id } = await aRun()
        const bad = { type: 'point', series: 'refit', step: 1, loss: Number.NaN } as NewRunEvent
        await expect(store.runs.append(id, 0, [point(1), bad])).rejects.toMatchObject({
          code: 'runs/bad-event',
          says: expect.stringContaining('loss'),
        })
        expect(await store.runs.events(id)).toHaveLength(1)
      })

      test('a run that nobody knows is said to be unknown', async () => {
        await expect(store.runs.append('nobody', 1, [point(1)])).rejects.toMatchObject({
          code: 'runs/unknown',
        })
        await expect(store.runs.beginAttempt('nobody')).rejects.toMatchObject({ code: 'runs/unknown' })
        expect(await store.runs.events('nobody')).toEqual([])
      })

      test('a subscriber hears of every event of its run once it is stored, until it ends', async () => {
        const [mine, other] = [await aRun(), await aRun()]
        const heard: RunEvent[] = []
        const end = store.runs.subscribe(mine.id, (event) => heard.push(event))
        await Promise.all([
          store.runs.append(mine.id, 0, [point(1), point(2)]),
          store.runs.append(other.id, 0, [point(3)]),
          store.runs.append(mine.id, 0, [point(4)]),
        ])
        expect(heard).toEqual(await store.runs.events(mine.id, 1))
        end()
        end()
        await store.runs.append(mine.id, 0, [point(5)])
        expect(heard).toHaveLength(3)
      })

      test('what is refused is not heard of', async () => {
        const { id } = await aRun()
        const heard: RunEvent[] = []
        store.runs.subscribe(id, (event) => heard.push(event))
        await expect(store.runs.append(id, 9, [point(1)])).rejects.toMatchObject({ code: 'runs/fenced' })
        expect(heard).toEqual([])
      })
    })

    test('where the disk has no room nothing is begun', async () => {
      const { id } = await aRun()
      const full = storeOn({
        ...database,
        async requireRoom() {
          throw new Problem('store/disk-full', { says: 'Full.' })
        },
      })
      const version = (await store.datasets.list())[0]!
      const refused = { code: 'store/disk-full' }
      await expect(full.datasets.create(madeUpVersion('no room'))).rejects.toMatchObject(refused)
      await expect(full.runs.create(settingsFor(version), version)).rejects.toMatchObject(refused)
      await expect(full.runs.append(id, 0, [point(1)])).rejects.toMatchObject(refused)
      await expect(full.runs.beginAttempt(id)).rejects.toMatchObject(refused)
      expect(await full.runs.events(id)).toHaveLength(1)
    })

    test('a query that waits for a lock too long times out, and the store goes on after it', async () => {
      const { id } = await aRun()
      const hasty = storeOn(database, 100)
      const { promise, resolve } = deferred()
      const locked = deferred()
      const holder = database.db.transaction(async (tx) => {
        await tx.select().from(runTable).where(eq(runTable.id, id)).for('update')
        locked.resolve()
        await promise
      })
      await locked.promise
      await expect(hasty.runs.beginAttempt(id)).rejects.toMatchObject({ code: 'store/timeout' })
      resolve()
      await holder
      expect(await store.runs.beginAttempt(id)).toBeGreaterThan(0)
    })

    test('everything is there when it is opened again', async () => {
      const { id } = await aRun()
      await store.runs.append(id, 0, [point(1)])
      const [versions, log] = [await store.datasets.list(), await store.runs.events(id)]
      await store.close()
      await open()
      expect(await store.datasets.list()).toEqual(versions)
      expect(await store.runs.events(id)).toEqual(log)
    })
  })
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
