import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, inject, test } from 'vitest'
import { openPglite } from '../store/pglite.ts'
import { openPostgres } from '../store/postgres.ts'
import { freshDatabase } from '../store/testing/postgres.ts'
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
}
