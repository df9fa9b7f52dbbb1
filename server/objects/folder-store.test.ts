import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { describeObjectStore } from './object-store.suite.ts'
import { openObjectStore } from './open.ts'

const made: string[] = []
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true })
})
const makeFolder = () => {
  made.push(mkdtempSync(join(tmpdir(), 'whippet-shared-')))
  return made.at(-1)!
}

describe('a folder', () => {
  describeObjectStore(() => openObjectStore(makeFolder()))

  test('one that is not mounted is not made, and answers nothing', async () => {
    const folder = makeFolder()
    rmSync(folder, { recursive: true })
    const store = await openObjectStore(folder)
    const calls = [
      () => store.put('a', import.meta.filename),
      () => store.get('a', join(tmpdir(), 'x')),
      () => store.has('a'),
    ]
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'objects/unreachable' })
  })
})

test.each(['s3://', 's3://UPPER/x', 'relative/folder', 'http://bucket'])(
  '%s is no place',
  async (address) => {
    await expect(openObjectStore(address)).rejects.toMatchObject({ code: 'objects/bad-address' })
  },
)
