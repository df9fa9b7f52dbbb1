import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, inject, test } from 'vitest'
import { openPglite } from './pglite.ts'
import { openPostgres } from './postgres.ts'
import { describeStore } from './store.suite.ts'
import { freshDatabase } from './testing/postgres.ts'

const folder = mkdtempSync(join(tmpdir(), 'whippet-store-'))
afterAll(() => rmSync(folder, { recursive: true }))

describeStore('the store on PGlite', () => openPglite(folder))

const serverUrl = inject('postgresUrl') ?? ''
if (serverUrl === '') {
  describe('the store on a Postgres server', () => {
    test('does what it does on PGlite', (ctx) => ctx.skip('this machine has no Postgres to start'))
  })
} else {
  const url = await freshDatabase(serverUrl)
  describeStore('the store on a Postgres server', async () => openPostgres(url, 15_000))
}
