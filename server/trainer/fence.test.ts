import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeDurably } from '../files/write-durably.ts'
import { fenceOf, raiseFence } from './fence.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'whippet-fence-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

test('what an earlier attempt still writes does not take the place of a later one’s, and leaves nothing behind', async () => {
  const file = join(dataDir, 'runs', 'r', 'record.json')
  const [first, second] = [1, 2].map((attempt) => fenceOf({ dataDir, run: 'r', attempt }))
  await writeDurably(file, 'first', first)
  await raiseFence({ dataDir, run: 'r', attempt: 2 })
  await expect(writeDurably(file, 'late', first)).rejects.toMatchObject({ code: 'runs/fenced' })
  expect(readFileSync(file, 'utf8')).toBe('first')
  await writeDurably(file, 'second', second)
  await expect(writeDurably(file, 'later still', first)).rejects.toMatchObject({ code: 'runs/fenced' })
  expect(readFileSync(file, 'utf8')).toBe('second')
})

test('however attempts write at once, the file is one of the highest that has begun', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 8 }),
      async (attempts) => {
        const run = `r${Math.random()}`
        const file = join(dataDir, run)
        const written = await Promise.allSettled(
          attempts.map((attempt) => writeDurably(file, String(attempt), fenceOf({ dataDir, run, attempt }))),
        )
        expect(readFileSync(file, 'utf8')).toBe(String(Math.max(...attempts)))
        for (const [i, { status }] of written.entries()) {
          if (attempts[i] === Math.max(...attempts)) expect(status).toBe('fulfilled')
        }
      },
    ),
    { numRuns: 20 },
  )
})
