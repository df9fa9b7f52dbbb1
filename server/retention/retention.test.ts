import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openFeatureCache } from '../features/cache/cache.ts'
import type { FeatureKey } from '../features/cache/key.ts'
import { isLeased } from '../features/cache/lease.ts'
import { cacheFolders } from './cache-parts.ts'
import { trimCache } from './trim-cache.ts'

let dir: string
let child: ChildProcess | undefined
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'whippet-retention-'))
})
afterEach(async () => {
  child?.kill('SIGKILL')
  await rm(dir, { recursive: true })
})

const keyOf = (weights: string) => ({ weights, cut: 'pooled', precision: 'float32' }) as FeatureKey
const hashOf = (n: number) => n.toString(16).padStart(64, '0')

/** A segment with so many rows, used so many hours ago. */
async function fill(weights: string, rows: number, hoursAgo: number): Promise<string> {
  const cache = await openFeatureCache(dir, keyOf(weights), 8)
  const before = new Set(await readdir(cache.folder))
  for (let n = 0; n < rows; n++) cache.append(hashOf(hoursAgo * 1000 + n), new Float32Array(8).fill(n))
  cache.close()
  const made = (await readdir(cache.folder)).find((name) => name.endsWith('.features') && !before.has(name))!
  const at = new Date(Date.now() - hoursAgo * 3_600_000)
  await utimes(join(cache.folder, made), at, at)
  return cache.folder
}

const sizeOf = async () =>
  (await cacheFolders(dir)).flatMap(({ parts }) => parts).reduce((sum, { bytes }) => sum + bytes, 0)

test('what was used the longest ago goes first, and a folder that is empty goes with it', async () => {
  const [old, newer] = [await fill('old', 100, 3), await fill('newer', 100, 1)]
  const size = await sizeOf()
  expect(await trimCache(dir, size)).toEqual({ segments: 0, bytes: 0 })
  expect(await trimCache(dir, size / 2)).toEqual({ segments: 1, bytes: size / 2 })
  expect(await readdir(dir)).toEqual([newer.slice(dir.length + 1)])
  await expect(stat(old)).rejects.toThrow('ENOENT')
})

test('reading counts as use', async () => {
  await fill('read', 10, 5)
  const other = await fill('other', 10, 3)
  const cache = await openFeatureCache(dir, keyOf('read'), 8)
  await cache.load([hashOf(5000)])
  cache.close()
  await trimCache(dir, (await sizeOf()) / 2)
  await expect(stat(other)).rejects.toThrow('ENOENT')
})

test('what a process uses stays while it lives, and can be read to the end', async () => {
  const used = await fill('used', 50, 9)
  const holder = fileURLToPath(new URL('./testing/hold-cache.ts', import.meta.url))
  child = fork(holder, [dir, JSON.stringify(keyOf('used')), hashOf(9000)], { execArgv: [] })
  await once(child, 'message')
  expect(await trimCache(dir, 0)).toEqual({ segments: 0, bytes: 0 })
  child.send('read')
  expect(await once(child, 'message')).toEqual([8, undefined])
  const dead = once(child, 'exit')
  child.kill('SIGKILL')
  await dead
  expect(await isLeased(used)).toBe(false)
  expect(await trimCache(dir, 0)).toMatchObject({ segments: 1 })
  expect(await readdir(dir)).toEqual([])
})

test('what a crash left half removed is removed the next time', async () => {
  const folder = await fill('kept', 10, 0)
  await writeFile(join(folder, 'x.removed'), 'half')
  await trimCache(dir, Number.POSITIVE_INFINITY)
  expect((await readdir(folder)).filter((name) => name.endsWith('.removed'))).toEqual([])
})
