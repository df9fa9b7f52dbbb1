import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, inject, test } from 'vitest'
import { openPglite } from '../store/pglite.ts'
import { openPostgres } from '../store/postgres.ts'
import { freshDatabase } from '../store/testing/postgres.ts'
import { openJobs } from './jobs.ts'
import { describeQueue } from './queue.suite.ts'

const folder = mkdtempSync(join(tmpdir(), 'whippet-jobs-'))
afterAll(() => rmSync(folder, { recursive: true }))

describeQueue('the queue on PGlite', () => openPglite(folder))

const serverUrl = inject('postgresUrl') ?? ''
if (serverUrl === '') {
  describe('the queue on a Postgres server', () => {
    test('does what it does on PGlite', (ctx) => ctx.skip('this machine has no Postgres to start'))
  })
} else {
  const url = await freshDatabase(serverUrl)
  describeQueue('the queue on a Postgres server', async () => openPostgres(url, 15_000))

  test('servers that begin at once on a new database all begin', async () => {
    const empty = await freshDatabase(serverUrl)
    const databases = await Promise.all(Array.from({ length: 4 }, () => openPostgres(empty, 15_000)))
    const opened = await Promise.all(databases.map((database) => openJobs(database, 'same-home')))
    await Promise.all(opened.map((jobs) => jobs.close()))
    await Promise.all(databases.map((database) => database.close()))
  })
}
