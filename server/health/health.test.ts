import { expect, test } from 'vitest'
import { Problem } from '../../lib/problem.ts'
import { readinessOf } from './health.ts'

const fine = {
  store: { ping: async () => undefined },
  queueTakenUp: () => true,
  pages: () => ({ ready: true }),
}

test('a server is ready when its database answers, its queue is taken up and its pages are built', async () => {
  const ok = (name: string) => ({ name, ok: true })
  expect(await readinessOf(fine)).toEqual({ ready: true, checks: [ok('database'), ok('queue'), ok('pages')] })
})

test('a server without pages is ready without them', async () => {
  const { ready, checks } = await readinessOf({ ...fine, pages: () => undefined })
  expect([ready, checks.map(({ name }) => name)]).toEqual([true, ['database', 'queue']])
})

const silent = new Problem('store/timeout', { says: 'The database did not answer in time.' })
const broken = new Problem('server/build-failed', { says: 'The pages can’t be built.' })

test.each([
  ['database', { store: { ping: () => Promise.reject(silent) } }, silent.says],
  ['queue', { queueTakenUp: () => false }, 'The queue has not been taken up yet, or is being closed.'],
  ['pages', { pages: () => ({ ready: false }) }, 'The pages are being built.'],
  ['pages', { pages: () => ({ ready: false, trouble: broken }) }, broken.says],
] as const)('it says that and why its %s is missing (case %#)', async (name, missing, says) => {
  const { ready, checks } = await readinessOf({ ...fine, ...missing })
  expect(ready).toBe(false)
  expect(checks.filter(({ ok }) => !ok)).toEqual([{ name, ok: false, says }])
})
