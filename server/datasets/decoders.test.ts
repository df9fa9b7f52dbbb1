import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Assembled } from '../../lib/dataset/assemble.ts'
import { type Blobs, openBlobs } from '../blobs/blobs.ts'
import { type StartDecoder, startDecoder } from './decoder/start.ts'
import { runDecoders } from './decoders.ts'
import { importPictures } from './import.ts'
import { scanSource } from './source/scan.ts'
import { noise } from './testing/pictures.ts'
import { writeZip } from './testing/zips.ts'

const COUNT = 120
let folder: string
let source: string
let want: Assembled
let blobs: Blobs
let dataDirs = 0
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'whippet-decoders-'))
  source = join(folder, 'pictures.zip')
  const files: Record<string, Buffer> = {}
  for (let n = 0; n < COUNT; n++)
    files[`${n % 2 ? 'cat' : 'dog'}/${n}.jpg`] = await noise(n).jpeg().toBuffer()
  await writeZip(source, files)
  want = await importPictures({ source, blobs: await freshBlobs() })
})
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(async () => {
  blobs = await freshBlobs()
})
const freshBlobs = () => openBlobs(join(folder, `data-${dataDirs++}`))

/** Decoders that `harm` gets its hands on when they start. */
function harmed(harm: (child: ChildProcess, nth: number) => void) {
  const started: ChildProcess[] = []
  const start: StartDecoder = () => {
    const child = startDecoder()
    harm(child, started.push(child))
    return child
  }
  return { started, start }
}

test('kill -9 of a decoder during import: another takes its place and nothing is lost', async () => {
  const { started, start } = harmed((child, nth) => {
    if (nth === 1) onDecoded(child, () => child.kill('SIGKILL'))
  })
  expect(await importPictures({ source, blobs, processes: 2, startDecoder: start })).toEqual(want)
  expect(started[0]!.signalCode).toBe('SIGKILL')
  expect(started).toHaveLength(3)
  expect(started.every(ended)).toBe(true)
  for (const { hash } of want.pictures) expect(await blobs.has(hash)).toBe(true)
})

test('the picture that kills its decoder twice becomes a line in the report; its neighbours come in', async () => {
  const { files } = await scanSource(source)
  const bad = [...files.keys()].indexOf('dog/0.jpg')
  const { start, started } = harmed((child) => {
    const send = child.send.bind(child)
    child.send = (message: { type: string; index?: number }) => {
      if (message.type === 'decode' && message.index === bad) return child.kill('SIGKILL')
      return (send as (message: unknown, done: () => void) => boolean)(message, () => undefined)
    }
  })
  const outcomes = await runDecoders({
    files: [...files.values()],
    dataDir: blobs.dataDir,
    processes: 2,
    start,
    onDecoded: () => undefined,
  })
  expect(outcomes.filter((outcome) => 'skipped' in outcome)).toHaveLength(1)
  expect(outcomes[bad]).toMatchObject({ skipped: { code: 'pictures/kills-decoder' } })
  expect(started.filter(({ signalCode }) => signalCode === 'SIGKILL')).toHaveLength(2)
})

test('a decoder that a picture has caught in a loop is killed, and the import ends', async () => {
  const silent = fileURLToPath(new URL('./testing/silent-decoder.ts', import.meta.url))
  const { files } = await scanSource(source)
  const outcomes = await runDecoders({
    files: [...files.values()].slice(0, 1),
    dataDir: blobs.dataDir,
    processes: 1,
    start: () => fork(silent, { execArgv: [] }),
    onDecoded: () => undefined,
    stuckMs: 1_500,
  })
  expect(outcomes).toMatchObject([{ skipped: { code: 'pictures/kills-decoder' } }])
})

test('decoders that can’t even start end the import by name, and no process is left', async () => {
  const { started, start } = harmed((child) => child.kill('SIGKILL'))
  await expect(importPictures({ source, blobs, processes: 2, startDecoder: start })).rejects.toMatchObject({
    code: 'import/decoder-died',
  })
  expect(started.every(ended)).toBe(true)
})

test('an aborted import ends its processes, and the next one is whole', async () => {
  const stop = new AbortController()
  const { started, start } = harmed((child) =>
    onDecoded(child, () => stop.abort(new Error('stopped by the test'))),
  )
  const aborted = importPictures({ source, blobs, processes: 2, signal: stop.signal, startDecoder: start })
  await expect(aborted).rejects.toThrow('stopped by the test')
  expect(started.every(ended)).toBe(true)
  expect(await importPictures({ source, blobs })).toEqual(want)
})

test('kill -9 of the parent: the decoders end by themselves, and the next import is whole', async () => {
  const parent = fork(fileURLToPath(new URL('./testing/import.ts', import.meta.url)), { execArgv: [] })
  const pids = await new Promise<number[]>((resolve, reject) => {
    parent.once('message', (message) => resolve(message as number[]))
    parent.once('exit', (code) => reject(new Error(`the parent ended early, status ${code}`)))
    parent.send({ source, dataDir: blobs.dataDir })
  })
  const gone = new Promise((resolve) => parent.once('exit', resolve))
  parent.kill('SIGKILL')
  await gone
  await expect.poll(() => pids.filter(alive), { timeout: 30_000 }).toEqual([])
  expect(await importPictures({ source, blobs: await openBlobs(blobs.dataDir) })).toEqual(want)
})

function onDecoded(child: ChildProcess, act: () => void): void {
  let acted = false
  child.on('message', (message: { type?: string }) => {
    if (message.type !== 'decoded' || acted) return
    acted = true
    act()
  })
}

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
