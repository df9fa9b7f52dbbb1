import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { extractFeatures } from './extract.ts'
import { startExtractor } from './extractor/start.ts'
import { type MadeUpExtraction, madeUpExtraction, simulated } from './testing/made-up-extraction.ts'

/** Extraction whose processes die, or are ended. */

const COUNT = 150
let made: MadeUpExtraction
let base: MadeUpExtraction['base']
let want: Float32Array
let cacheDir: string
beforeAll(async () => {
  made = await madeUpExtraction(COUNT)
  ;({ base, want } = made)
})
afterAll(() => made.remove())
beforeEach(() => {
  cacheDir = mkdtempSync(join(tmpdir(), 'whippet-features-'))
})
afterEach(() => rmSync(cacheDir, { recursive: true }))

test('kill -9 of an extractor: another takes its place and nothing is lost', async () => {
  const started: ChildProcess[] = []
  const { features } = await extractFeatures({ ...base, cacheDir }, (device) => {
    const child = startExtractor(device)
    if (started.push(child) === 1) child.once('message', () => child.kill('SIGKILL'))
    return child
  })
  expect(started).toHaveLength(3)
  expect(started[0]!.signalCode).toBe('SIGKILL')
  expect(features).toEqual(want)
})

test('what the extractor of a device that dies for good had is taken by those of the others', async () => {
  const lives: string[] = []
  const { features } = await extractFeatures({ ...base, cacheDir, devices: simulated(3) }, (device) => {
    lives.push(device.id)
    const child = startExtractor(device)
    if (device.id === 'cpu:1') child.once('message', () => child.kill('SIGKILL'))
    return child
  })
  expect(lives.filter((id) => id === 'cpu:1')).toHaveLength(2)
  expect(lives).toHaveLength(4)
  expect(features).toEqual(want)
})

test('an extractor that dies again and again ends the extraction by name, and no process is left', async () => {
  const started: ChildProcess[] = []
  const extraction = extractFeatures({ ...base, cacheDir }, (device) => {
    const child = startExtractor(device)
    child.once('message', () => child.kill('SIGKILL'))
    started.push(child)
    return child
  })
  await expect(extraction).rejects.toMatchObject({ code: 'features/extractor-died' })
  expect(started.every(ended)).toBe(true)
})

test('an aborted extraction ends its processes and goes on where it was', async () => {
  const started: ChildProcess[] = []
  const stop = new AbortController()
  const extraction = extractFeatures({ ...base, cacheDir, signal: stop.signal }, (device) => {
    const child = startExtractor(device)
    child.once('message', () => stop.abort(new Error('stopped by the test')))
    started.push(child)
    return child
  })
  await expect(extraction).rejects.toThrow('stopped by the test')
  expect(started.every(ended)).toBe(true)
  const { features, fromCache } = await extractFeatures({ ...base, cacheDir })
  expect(fromCache).toBeGreaterThan(0)
  expect(features).toEqual(want)
})

test('kill -9 of the parent: the extractors end by themselves, and the next one goes on where it was', async () => {
  const parent = fork(fileURLToPath(new URL('./testing/extract.ts', import.meta.url)), { execArgv: [] })
  const pids = await new Promise<number[]>((resolve, reject) => {
    parent.once('message', (message) => resolve(message as number[]))
    parent.once('exit', (code) => reject(new Error(`the parent ended early, status ${code}`)))
    parent.send({ ...base, cacheDir })
  })
  const gone = new Promise((resolve) => parent.once('exit', resolve))
  parent.kill('SIGKILL')
  await gone
  await expect.poll(() => pids.filter(alive), { timeout: 30_000 }).toEqual([])
  const { features, fromCache } = await extractFeatures({ ...base, cacheDir })
  expect(fromCache).toBeGreaterThan(0)
  expect(features).toEqual(want)
})

function ended(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
