import { expect, inject, test } from 'vitest'
import { loadWatchers } from './watchers.ts'

const few = { watchers: 50, runs: 5, rate: 20, seconds: 2, say: () => undefined }

test('fifty watchers on the embedded database miss nothing, also when all go away and come back at once', async () => {
  const { database, events_per_s, gaps } = await loadWatchers({ ...few, embedded: true })
  expect({ database, gaps }).toEqual({ database: 'embedded', gaps: 0 })
  expect(events_per_s).toBeGreaterThan(0)
})

test('the same where supervisors and server share a Postgres', async (ctx) => {
  if (inject('postgresUrl') === '') ctx.skip('this machine has no Postgres to start')
  const { database, events_per_s, gaps } = await loadWatchers({ ...few, embedded: false })
  expect({ database, gaps }).toEqual({ database: 'postgres', gaps: 0 })
  expect(events_per_s).toBeGreaterThan(0)
})
