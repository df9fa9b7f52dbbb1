import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Problem } from '../../lib/problem.ts'
import type { Database } from './database.ts'
import { describeDatasets } from './datasets.suite.ts'
import { describeExtractions } from './extractions.suite.ts'
import { migrate } from './migrate.ts'
import { type Store, storeOn } from './open.ts'
import { describeRuns } from './runs.suite.ts'
import { runs as runTable } from './schema.ts'
import { aRun, madeUpVersion, point, settingsFor } from './testing/made-up.ts'

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

    describe('datasets', () =>
      describeDatasets(
        () => store,
        () => database,
      ))

    describe('runs', () =>
      describeRuns(
        () => store,
        () => database,
      ))

    test('where the disk has no room nothing is begun', async () => {
      const { id } = await aRun(store)
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
      const { id } = await aRun(store)
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
      const { id } = await aRun(store)
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
