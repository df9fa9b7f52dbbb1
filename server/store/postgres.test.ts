import pg from 'pg'
import { beforeEach, describe, expect, inject, test } from 'vitest'
import { startPostgres } from '../../e2e/setup/postgres.ts'
import { openStore, type Store } from './open.ts'
import { madeUpVersion, point, settingsFor } from './testing/made-up.ts'
import { freshDatabase } from './testing/postgres.ts'

const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1)
const serverUrl = inject('postgresUrl') ?? ''

describe('a Postgres server', () => {
  let url: string
  beforeEach(async (ctx) => {
    if (serverUrl === '') ctx.skip('this machine has no Postgres to start')
    url = await freshDatabase(serverUrl)
  })

  test('processes that open an empty database at the same time make its tables once', async () => {
    const stores = await Promise.all([1, 2, 3].map(() => openStore({ databaseUrl: url })))
    await stores[0]!.datasets.create(madeUpVersion('dogs'))
    expect(await stores[2]!.datasets.find('dogs')).toMatchObject({ version: 1 })
    await Promise.all(stores.map((store) => store.close()))
  })

  test('two processes that append to one run leave no gap and lose nothing', async () => {
    const stores = await Promise.all([1, 2].map(() => openStore({ databaseUrl: url })))
    const [one, another] = stores as [Store, Store]
    const version = await one.datasets.create(madeUpVersion('dogs'))
    const { id } = await one.runs.create(settingsFor(version), version)
    await Promise.all(
      Array.from({ length: 40 }, (_, n) => stores[n % 2]!.runs.append(id, 0, [point(n), point(n + 100)])),
    )
    const log = await another.runs.events(id)
    expect(log.map(({ seq }) => seq)).toEqual(Array.from({ length: 81 }, (_, i) => i + 1))
    const steps = log.flatMap((event) => (event.type === 'point' ? [event.step] : []))
    expect(new Set(steps).size).toBe(80)
    await Promise.all(stores.map((store) => store.close()))
  })

  test('a process that listens hears what all append, in order and once, also after its connection was lost', async () => {
    const [one, another] = (await Promise.all([1, 2].map(() => openStore({ databaseUrl: url })))) as [
      Store,
      Store,
    ]
    await another.runs.listen()
    const heard = new Map<string, number[]>()
    const reached = (id: string, last: number) =>
      expect.poll(() => heard.get(id), { timeout: 60_000 }).toEqual(upTo(last))
    another.runs.subscribeToAll((id, { seq }) => heard.set(id, [...(heard.get(id) ?? []), seq]))
    const version = await one.datasets.create(madeUpVersion('dogs'))
    const create = async () => (await one.runs.create(settingsFor(version), version)).id

    const both = await create()
    await Promise.all(
      Array.from({ length: 40 }, (_, n) => [one, another][n % 2]!.runs.append(both, 0, [point(n), point(n)])),
    )
    await reached(both, 81)

    const client = new pg.Client({ connectionString: url })
    await client.connect()
    const { rowCount } = await client.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'whippet notices' and datname = current_database()",
    )
    expect(rowCount).toBe(1)
    const meanwhile = await create()
    await one.runs.append(both, 0, [point(1), { type: 'stopped', kept: true }])
    await one.runs.append(meanwhile, 0, [point(1), { type: 'stopped', kept: true }])
    await Promise.all([reached(both, 83), reached(meanwhile, 3)])
    // What comes over the new connection is heard at once again.
    await one.runs.append(both, 0, [point(2)])
    await reached(both, 84)
    await client.end()
    await Promise.all([one.close(), another.close()])
  })

  test('a server that goes away while it is used is said to be unreachable', async () => {
    const server = await startPostgres()
    const store = await openStore({ databaseUrl: server.url })
    await store.datasets.list()
    await server.stop()
    await expect(store.datasets.list()).rejects.toMatchObject({ code: 'store/unreachable' })
    await expect(openStore({ databaseUrl: server.url })).rejects.toMatchObject({ code: 'store/unreachable' })
    await store.close()
  })

  test('a database that does not exist is said to be unreachable, by name', async () => {
    const absent = url.replace(/test_\w+/, 'absent')
    await expect(openStore({ databaseUrl: absent })).rejects.toMatchObject({
      code: 'store/unreachable',
      says: expect.stringContaining('"absent" does not exist'),
    })
  })
})

test.each([
  ['a port where nobody listens', 'postgres://whippet:secret@127.0.0.1:1/dogs', '127.0.0.1:1/dogs'],
  ['a socket that is not there', 'postgres://whippet:secret@/dogs?host=/nowhere', '/nowhere/dogs'],
  ['no URL', 'secret', 'DATABASE_URL'],
])('%s is said to be unreachable, without the password', async (_what, databaseUrl, place) => {
  const trouble = await openStore({ databaseUrl }).catch((thrown) => thrown)
  expect(trouble).toMatchObject({ code: 'store/unreachable', says: expect.stringContaining(place) })
  expect(trouble.says).not.toContain('secret')
})
