import { randomUUID } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { MachineDevice } from '../devices/device.ts'
import type { Database } from '../store/database.ts'
import { migrate } from '../store/migrate.ts'
import { type Store, storeOn } from '../store/open.ts'
import { workers } from '../store/schema.ts'
import { madeUpVersion, settingsFor } from '../store/testing/made-up.ts'
import { settleAttempt, takeNext } from './attempts.ts'
import { type HomeQueue, openHomeQueue } from './home-queue.ts'
import { announce, leave, orphanedLeases, type Presence } from './presence.ts'
import { teamDevices } from './team-devices.ts'

const cpus = (count: number): MachineDevice[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `cpu:${index}`,
    kind: 'cpu',
    index,
    threads: 1,
    title: 'a processor',
  }))

/** What the queue must do on every sort of Postgres. */
export function describeQueue(name: string, connect: () => Promise<Database>) {
  describe(name, () => {
    let database: Database
    let store: Store
    let queue: HomeQueue
    beforeAll(async () => {
      database = await connect()
      await migrate(database)
      store = storeOn(database)
    })
    afterAll(() => store.close())
    beforeEach(async () => {
      queue = await openHomeQueue(store, randomUUID())
    })
    afterEach(() => queue.close())

    const add = async (devices = 1, priority?: number) => {
      const version =
        (await store.datasets.find('queued')) ?? (await store.datasets.create(madeUpVersion('queued')))
      return (await queue.add({ ...settingsFor(version), devices }, version, priority)).id
    }
    const worker = async (count = 1, machine: string = randomUUID()) => {
      const devices = cpus(count)
      const presence: Presence = {
        id: randomUUID(),
        machine,
        home: queue.home,
        owns: undefined,
        version: '1',
        pid: 1,
        devices: devices.map(({ id }) => id),
        titles: Object.fromEntries(devices.map(({ id, title }) => [id, title])),
      }
      await announce(database.db, presence)
      const keptModel = async () => false
      return {
        presence,
        take: () => takeNext({ runs: store.runs, jobs: queue.jobs, worker: presence, devices, keptModel }),
      }
    }
    const settle = (lease: { run: string; attempt: number }, mostLost = 5) =>
      settleAttempt({ runs: store.runs, jobs: queue.jobs, mostLost }, lease, 'vanished')
    const order = async () => (await queue.state()).waiting.map(({ run }) => run)

    test('runs are taken in the order of the queue: by priority, then by age', async () => {
      const [low, first, second, urgent] = [await add(1, -1), await add(), await add(), await add(1, 5)]
      expect(await order()).toEqual([urgent, first, second, low])
      const one = await worker(4)
      for (const run of [urgent, first, second, low]) expect((await one.take())?.run.id).toBe(run)
      expect(await one.take()).toBeUndefined()
      expect(await order()).toEqual([])
    })

    test('the order can be changed, and is what the runs are taken in', async () => {
      const [a, b, c, d] = [await add(), await add(), await add(), await add()]
      await queue.move(d, 'first')
      await queue.move(a, 'down')
      await queue.move(c, 'up')
      await queue.move(b, 'last')
      const wanted = [d, c, a, b]
      expect(await order()).toEqual(wanted)
      const one = await worker(4)
      for (const run of wanted) expect((await one.take())?.run.id).toBe(run)
      await expect(queue.move(a, 'up')).rejects.toMatchObject({ code: 'queue/not-waiting' })
    })

    test('a run that is reopened the moment it ended is taken again', async () => {
      const run = await add()
      const one = await worker()
      const { attempt } = (await one.take())!
      await store.runs.append(run, attempt, [{ type: 'succeeded' }])
      // Before its worker has cleared up.
      await queue.reopen(run, { type: 'reopened' })
      expect(await one.take()).toBeUndefined()
      await settle({ run, attempt })
      expect((await one.take())?.run.id).toBe(run)
    })

    test('several workers of one machine never have one device, and every run is taken once', async () => {
      const runs = [await add(), await add(2), await add(), await add(), await add()]
      const machine = randomUUID()
      const all = await Promise.all([worker(3, machine), worker(3, machine), worker(3, machine)])
      const open = new Map<string, { run: string; attempt: number; devices: string[] }>()
      const taken: string[] = []
      while (taken.length < runs.length) {
        const got = await Promise.all(all.map((one) => one.take()))
        for (const each of got.flatMap((one) => (one ? [one] : []))) {
          taken.push(each.run.id)
          open.set(each.run.id, {
            run: each.run.id,
            attempt: each.attempt,
            devices: each.devices.map(({ id }) => id),
          })
        }
        const held = [...open.values()].flatMap(({ devices }) => devices)
        expect(new Set(held).size).toBe(held.length)
        const shown = await teamDevices(database, queue.home)
        expect(shown).toHaveLength(3)
        expect(shown.filter(({ run }) => run !== undefined)).toHaveLength(held.length)
        const [oldest] = open.values()
        if (!oldest) continue
        await store.runs.append(oldest.run, oldest.attempt, [
          { type: 'started', pid: 1 },
          { type: 'succeeded' },
        ])
        await settle(oldest)
        open.delete(oldest.run)
      }
      expect([...taken].sort()).toEqual([...runs].sort())
    })

    test('devices are shown by machine, each with the run that holds it, until their worker leaves', async () => {
      const [near, far] = [await worker(1, 'a-machine'), await worker(2, 'b-machine')]
      const run = await add(2)
      expect(await far.take()).toMatchObject({ run: { id: run } })
      const free = { title: 'a processor', run: undefined }
      expect(await teamDevices(database, queue.home)).toEqual([
        { machine: 'a-machine', id: 'cpu:0', ...free },
        { machine: 'b-machine', id: 'cpu:0', title: 'a processor', run },
        { machine: 'b-machine', id: 'cpu:1', title: 'a processor', run },
      ])
      await leave(database.db, far.presence.id)
      expect(await teamDevices(database, queue.home)).toEqual([
        { machine: 'a-machine', id: 'cpu:0', ...free },
      ])
      await leave(database.db, near.presence.id)
      expect(await teamDevices(database, queue.home)).toEqual([])
      await settle({ run, attempt: 1 })
    })

    test('a run waits for as many devices as it asks for, and is not overtaken meanwhile', async () => {
      const [one, two, small] = [await add(1), await add(2), await add(1)]
      const both = await worker(2)
      const first = await both.take()
      expect(first?.run.id).toBe(one)
      expect(await both.take()).toBeUndefined()
      await store.runs.append(one, first!.attempt, [{ type: 'stopped', kept: false }])
      await settle({ run: one, attempt: first!.attempt })
      expect(await both.take()).toMatchObject({
        run: { id: two },
        devices: [{ id: 'cpu:0' }, { id: 'cpu:1' }],
      })
      expect(await order()).toEqual([small])
    })

    test('a run that asks for more than a machine has is left to others, and says why it waits', async () => {
      const [large, small] = [await add(4), await add(1)]
      const one = await worker(1)
      expect((await one.take())?.run.id).toBe(small)
      expect((await queue.state()).waiting).toEqual([
        { run: large, priority: 0, devices: 4, why: expect.stringContaining('4 devices') },
      ])
      expect((await (await worker(4)).take())?.run.id).toBe(large)
    })

    test('while it is paused nothing is taken, whoever asks, until it is resumed', async () => {
      const run = await add()
      const one = await worker()
      await queue.pause('maintenance')
      expect((await queue.state()).paused).toMatchObject({
        code: 'queue/paused',
        says: expect.stringContaining('maintenance'),
      })
      expect(await one.take()).toBeUndefined()
      await queue.resume()
      expect((await one.take())?.run.id).toBe(run)
    })

    test('what a worker had that is not heard of any more is interrupted, in its old place, and taken by another', async () => {
      const [run, behind] = [await add(), await add()]
      const one = await worker()
      const taken = await one.take()
      await store.runs.append(run, taken!.attempt, [{ type: 'started', pid: 1 }])
      await database.db
        .update(workers)
        .set({ heartbeatAt: sql`now() - interval '1 minute'` })
        .where(eq(workers.id, one.presence.id))
      const lost = await orphanedLeases(database.db, { timeoutMs: 15_000 })
      expect(lost).toEqual([{ run, attempt: 1 }])
      // Two that find it at once do it once.
      await Promise.all([settle(lost[0]!), settle(lost[0]!)])
      expect(await store.runs.find(run)).toMatchObject({ state: { status: 'interrupted', why: 'vanished' } })
      expect(await order()).toEqual([run, behind])
      const late = store.runs.append(run, 1, [{ type: 'succeeded' }])
      await expect(late).rejects.toMatchObject({ code: 'runs/fenced' })
      expect(await (await worker()).take()).toMatchObject({ run: { id: run }, attempt: 2 })
    })

    test('whoever owns a data folder takes over at once from the one that owned it before', async () => {
      const run = await add()
      const folder = randomUUID()
      const before = await worker()
      await database.db.update(workers).set({ owns: folder }).where(eq(workers.id, before.presence.id))
      await before.take()
      const owner = { id: randomUUID(), owns: folder }
      expect(await orphanedLeases(database.db, { timeoutMs: 15_000, owner })).toEqual([{ run, attempt: 1 }])
    })

    test('a run of another queue of the database goes on in its own, whoever finds its worker gone', async () => {
      const run = await add()
      const taken = await (await worker()).take()
      const other = await openHomeQueue(store, randomUUID())
      const found = { run, attempt: taken!.attempt }
      await settleAttempt({ runs: store.runs, jobs: other.jobs, mostLost: 5 }, found, 'vanished')
      await other.close()
      expect(await order()).toEqual([run])
      expect(await (await worker()).take()).toMatchObject({ run: { id: run }, attempt: 2 })
    })

    test('a run that has lost a device goes on with those that are left', async () => {
      const run = await add(3)
      const one = await worker(3)
      const taken = await one.take()
      expect(taken?.devices).toHaveLength(3)
      await store.runs.append(run, taken!.attempt, [
        { type: 'started', pid: 1 },
        { type: 'interrupted', why: 'device-lost', device: 'cpu:1' },
      ])
      await settle({ run, attempt: taken!.attempt })
      expect(await one.take()).toMatchObject({
        run: { id: run },
        attempt: 2,
        devices: [{ id: 'cpu:0' }, { id: 'cpu:2' }],
      })
    })

    test('a run that breaks off too often fails and is not begun again', async () => {
      const run = await add()
      const one = await worker()
      for (const _ of [1, 2, 3]) {
        const taken = await one.take()
        await settle({ run, attempt: taken!.attempt }, 3)
      }
      expect(await one.take()).toBeUndefined()
      expect(await store.runs.find(run)).toMatchObject({
        state: { status: 'failed', problem: { code: 'worker/given-up' } },
      })
    })

    test('a run that waits can be withdrawn; one that a worker has is that worker’s to end', async () => {
      const [run, other] = [await add(), await add()]
      const taken = await (await worker()).take()
      expect(taken?.run.id).toBe(run)
      expect(await queue.withdraw(taken!.run, false)).toBe(false)
      expect(await store.runs.append(run, taken!.attempt, [{ type: 'started', pid: 1 }])).toHaveLength(1)
      expect(await queue.withdraw((await store.runs.find(other))!, false)).toBe(true)
      expect(await store.runs.find(other)).toMatchObject({ state: { status: 'stopped' } })
      expect(await order()).toEqual([])
    })

    test('a run without its place in the queue gets one back, once', async () => {
      const run = await add()
      await store.runs.transact(({ tx }) => queue.jobs.remove(tx, run))
      expect(await order()).toEqual([])
      const unfinished = await store.runs.unfinished()
      await queue.reconcile(unfinished, 'nobody')
      await queue.reconcile(unfinished, 'nobody')
      expect(await order()).toEqual([run])
    })

    test('a run that could not be queued leaves nothing behind', async () => {
      const version = await store.datasets.create(madeUpVersion('nothing'))
      const before = await store.runs.list()
      const bad = { ...settingsFor(version), seed: Number.NaN }
      await expect(queue.add(bad, version)).rejects.toMatchObject({ code: 'runs/bad-event' })
      expect(await store.runs.list()).toEqual(before)
      expect(await order()).toEqual([])
    })
  })
}
