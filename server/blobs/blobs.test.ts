import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBlobs } from './blobs.ts'

const bytes = Buffer.from('a picture')
const hash = createHash('sha256').update(bytes).digest('hex')
let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'whippet-blobs-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

test('a picture and its thumbnail lie under the picture’s hash, and nothing unfinished is left', async () => {
  const blobs = await openBlobs(dataDir)
  expect(await blobs.has(hash)).toBe(false)
  await blobs.putPicture(hash, bytes)
  expect(await blobs.has(hash)).toBe(false)
  await blobs.putThumbnail(hash, Buffer.from('small'))
  expect(await blobs.has(hash)).toBe(true)
  expect(blobs.picturePath(hash)).toBe(join(dataDir, 'blobs/pictures', hash.slice(0, 2), hash))
  expect(readFileSync(blobs.picturePath(hash))).toEqual(bytes)
  expect(readFileSync(blobs.thumbnailPath(hash), 'utf8')).toBe('small')
  expect(readdirSync(join(dataDir, 'blobs/unfinished'))).toEqual([])
})

test('identical content is kept once, whoever puts it and how often', async () => {
  const [one, other] = [await openBlobs(dataDir), await openBlobs(dataDir)]
  await Promise.all([one, other, one, other].map((blobs) => blobs.putPicture(hash, bytes)))
  const { ino } = statSync(one.picturePath(hash))
  await one.putPicture(hash, bytes)
  expect(statSync(one.picturePath(hash)).ino).toBe(ino)
  expect(readdirSync(join(dataDir, 'blobs/unfinished'))).toEqual([])
})

test('what a dead process left unfinished is cleared away, what a living one writes is not', async () => {
  await openBlobs(dataDir)
  const unfinished = join(dataDir, 'blobs/unfinished')
  const [dead, living] = [join(unfinished, '4194305-0'), join(unfinished, `${process.pid}-999`)]
  for (const path of [dead, living]) writeFileSync(path, 'half')
  await openBlobs(dataDir)
  expect([existsSync(dead), existsSync(living)]).toEqual([false, true])
})

test('a full disk has a name, and leaves nothing half-written', async (ctx) => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', dataDir], { stdio: 'ignore' })
  } catch {
    return ctx.skip('a small disk to fill can only be mounted by root on Linux')
  }
  try {
    const blobs = await openBlobs(dataDir)
    await expect(blobs.putPicture(hash, Buffer.alloc(100_000))).rejects.toMatchObject({
      code: 'blobs/disk-full',
    })
    expect(existsSync(blobs.picturePath(hash))).toBe(false)
    expect(readdirSync(join(dataDir, 'blobs/unfinished'))).toEqual([])
  } finally {
    execFileSync('umount', [dataDir])
  }
})

test('only a sha256 names a blob: no path gets in that way', async () => {
  const blobs = await openBlobs(dataDir)
  expect(() => blobs.picturePath('../../etc/passwd')).toThrow('not a sha256')
})
