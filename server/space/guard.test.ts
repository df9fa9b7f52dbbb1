import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ProblemSummary } from '../../lib/problem.ts'
import { openFeatureCache } from '../features/cache/cache.ts'
import type { FeatureKey } from '../features/cache/key.ts'
import { readableLog } from '../log/log.ts'
import { featureCacheFolder } from '../trainer/split-features.ts'
import { guardSpace, type SpaceGuard } from './guard.ts'

let dataDir: string
let guard: SpaceGuard
let free: number
const lines: string[] = []
const told: (string | undefined)[] = []
const acts: string[] = []
let reason: ProblemSummary | undefined

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'whippet-guard-'))
  for (const list of [lines, told, acts]) list.length = 0
  reason = undefined
  free = 1000
  guard = guardSpace({
    dataDir,
    queue: {
      pause(why, how) {
        reason = why
        acts.push(how?.interrupt ? 'interrupt' : 'pause')
      },
      resume() {
        reason = undefined
        acts.push('resume')
      },
      paused: () => reason,
    },
    log: readableLog((line) => lines.push(line)),
    onChange: (paused) => told.push(paused?.code),
    everyMs: 3_600_000,
    disk: async () => ({ freeBytes: free, totalBytes: 10_000, reserveBytes: 100 }),
  })
})
afterEach(async () => {
  await guard.close()
  await rm(dataDir, { recursive: true })
})

test('below the reserve the queue is paused with a clear message, and goes on by itself once there is room', async () => {
  await guard.look()
  expect([acts, told]).toEqual([[], []])
  free = 90
  await guard.look()
  await guard.look()
  expect(acts).toEqual(['pause', 'pause'])
  expect(reason!.says).toContain('has 90 B free, and 100 B are kept in reserve')
  free = 105
  await guard.look()
  expect(acts.at(-1)).toBe('pause')
  free = 200
  await guard.look()
  expect(acts.at(-1)).toBe('resume')
  expect(told).toEqual(['space/short', undefined])
  expect(lines).toEqual([expect.stringContaining('No run is begun'), '200 B are free: runs go on.'])
})

test('what runs is interrupted before the disk is full', async () => {
  free = 49
  await guard.look()
  expect(acts).toEqual(['interrupt'])
})

test('a run that met a full disk goes on once there is room', async () => {
  reason = { code: 'features/disk-full', says: 'Full.' }
  free = 10
  await guard.look()
  free = 500
  await guard.look()
  expect([acts.at(-1), reason]).toEqual(['resume', undefined])
})

test('a queue that someone else paused stays paused', async () => {
  reason = { code: 'queue/paused', says: 'By hand.' }
  await guard.look()
  expect([acts, reason?.code]).toEqual([[], 'queue/paused'])
})

test('the feature cache gives way before runs do', async () => {
  const key = { weights: 'a', cut: 'pooled', precision: 'float32' } as FeatureKey
  const cache = await openFeatureCache(featureCacheFolder(dataDir), key, 4)
  cache.append('0'.repeat(64), new Float32Array(4))
  cache.close()
  free = 90
  await guard.look()
  expect(lines[0]).toContain('of the feature cache are removed: 1 segments')
})
