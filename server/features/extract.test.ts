import { type ChildProcess, fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { writeSafetensors } from '../../lib/backbone/weights/safetensors.ts'
import { preprocess } from '../../lib/preprocess/preprocess.ts'
import type { Preprocessing } from '../../lib/preprocess/preprocessing.ts'
import { decodePicture } from '../datasets/decoder/decode.ts'
import type { Device } from '../devices/device.ts'
import { onnxruntimeEngine } from '../engines/onnxruntime/engine.ts'
import { SELF_TEST_GRAPH } from '../engines/self-test/network.ts'
import { selfTestWeights } from '../engines/self-test/self-test.ts'
import { folderStore } from '../objects/folder-store.ts'
import { sharedOver } from '../objects/shared-files.ts'
import { type Extraction, extractFeatures } from './extract.ts'
import { startExtractor } from './extractor/start.ts'
import type { ExtractionProgress } from './progress.ts'

const COUNT = 150
const preprocessing: Preprocessing = {
  size: SELF_TEST_GRAPH.size,
  resize: 'squash',
  cropFraction: 1,
  interpolation: 'bicubic',
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
}

let source: string
let cacheDir: string
let base: Omit<Extraction, 'cacheDir'>
let want: Float32Array

beforeAll(async () => {
  source = mkdtempSync(join(tmpdir(), 'whippet-pictures-'))
  const pictures = []
  for (let n = 0; n < COUNT; n++) pictures.push(await madeUpPicture(n))
  const weights = selfTestWeights()
  const bytes = writeSafetensors(new Map(weights.names().map((name) => [name, weights.get(name)])))
  const path = join(source, 'weights.safetensors')
  writeFileSync(path, bytes)
  base = {
    pictures,
    graph: SELF_TEST_GRAPH,
    weights: { source: { kind: 'file', path }, hash: sha256(bytes) },
    preprocessing,
    devices: simulated(2),
  }
  want = await inThisProcess()
})
afterAll(() => rmSync(source, { recursive: true }))
beforeEach(() => {
  cacheDir = mkdtempSync(join(tmpdir(), 'whippet-features-'))
})
afterEach(() => rmSync(cacheDir, { recursive: true }))

test('features are those of decode, preprocess and engine, in the order of the pictures', async () => {
  const progress: ExtractionProgress[] = []
  const { features, width } = await extractFeatures({
    ...base,
    cacheDir,
    onProgress: (p) => progress.push(p),
  })
  expect(width).toBe(4)
  expect(features).toEqual(want)
  expect(progress[0]).toMatchObject({ done: 0, total: COUNT, fromCache: 0 })
  expect(progress.at(-1)).toMatchObject({ done: COUNT, total: COUNT, etaSeconds: 0 })
})

test('with two looks a row holds both vectors, the first as with one look, the second of the part that it points to', async () => {
  const pictures = base.pictures.slice(0, 30)
  const { features, width } = await extractFeatures({ ...base, pictures, looks: 'whole+second', cacheDir })
  expect(width).toBe(8)
  const look = (n: number, i: number) => [...features.subarray(n * 8 + i * 4, n * 8 + i * 4 + 4)]
  for (let n = 0; n < pictures.length; n++) expect(look(n, 0)).toEqual([...want.subarray(n * 4, n * 4 + 4)])
  expect(pictures.filter((_, n) => String(look(n, 0)) !== String(look(n, 1))).length).toBeGreaterThan(5)
})

test('the second time nothing is extracted and no process is started', async () => {
  await extractFeatures({ ...base, cacheDir })
  const again = await extractFeatures({ ...base, cacheDir }, () => {
    throw new Error('a process was started')
  })
  expect(again.features).toEqual(want)
  expect(again.fromCache).toBe(COUNT)
})

test('another preprocessing, other weights or another cut share nothing', async () => {
  const few = { ...base, pictures: base.pictures.slice(0, 5), cacheDir }
  await extractFeatures(few)
  const other: Extraction[] = [
    { ...few, preprocessing: { ...preprocessing, resize: 'pad' } },
    { ...few, cut: 'dense' },
    { ...few, looks: 'centre' },
  ]
  for (const extraction of other) expect((await extractFeatures(extraction)).fromCache).toBe(0)
  expect((await extractFeatures(few)).fromCache).toBe(5)
})

test('a picture that comes twice is extracted once and given twice', async () => {
  const [a, b] = base.pictures
  const progress: ExtractionProgress[] = []
  const onProgress = (p: ExtractionProgress) => progress.push(p)
  const { features } = await extractFeatures({ ...base, cacheDir, pictures: [a!, b!, a!], onProgress })
  expect(features).toEqual(Float32Array.from([...want.slice(0, 8), ...want.slice(0, 4)]))
  expect(progress.at(-1)!.total).toBe(2)
})

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

test.each([1, 2, 4])('%i devices give the same features, byte for byte', async (count) => {
  const started: string[] = []
  const { features } = await extractFeatures({ ...base, cacheDir, devices: simulated(count) }, (device) => {
    started.push(device.id)
    return startExtractor(device)
  })
  expect(started).toEqual(simulated(count).map(({ id }) => id))
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

test('pictures and features never pass through the process that asked for them', async () => {
  let bytes = 0
  await extractFeatures({ ...base, cacheDir, devices: simulated(2) }, (device) => {
    const child = startExtractor(device)
    child.on('message', (message) => {
      bytes += JSON.stringify(message).length
    })
    return child
  })
  // A hash of 64 letters per picture, and what is around it.
  expect(bytes).toBeLessThan(COUNT * 100)
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

test('a picture that is gone or damaged is named', async () => {
  const path = join(source, 'damaged.jpg')
  writeFileSync(path, 'no picture')
  for (const bad of [path, join(source, 'gone.jpg')]) {
    const pictures = [...base.pictures.slice(0, 30), { hash: sha256(bad), path: bad }]
    const extraction = extractFeatures({ ...base, cacheDir, pictures })
    await expect(extraction).rejects.toMatchObject({
      code: 'features/unreadable',
      says: expect.stringContaining(bad),
    })
  }
})

test('weights that are not the ones that were named are refused', async () => {
  const weights = { ...base.weights, hash: sha256('others') }
  await expect(extractFeatures({ ...base, cacheDir, weights })).rejects.toMatchObject({
    code: 'features/other-weights',
  })
})

test('a cut that is not in the graph is refused by name', async () => {
  await expect(extractFeatures({ ...base, cacheDir, cut: 'nowhere' })).rejects.toMatchObject({
    code: 'features/not-a-vector',
    says: expect.stringContaining('"nowhere"'),
  })
})

/** One thread each. */
function simulated(count: number): Device[] {
  return Array.from({ length: count }, (_, index) => ({ id: `cpu:${index}`, kind: 'cpu', index, threads: 1 }))
}

async function madeUpPicture(n: number) {
  const noise = Uint8Array.from({ length: 12 * 16 * 3 }, (_, i) => (i * 31 + n * 17 + ((i * n) % 97)) & 255)
  const path = join(source, `${n}.jpg`)
  await sharp(noise, { raw: { width: 16, height: 12, channels: 3 } })
    .jpeg()
    .toFile(path)
  return { hash: sha256(readFileSync(path)), path }
}

async function inThisProcess(): Promise<Float32Array> {
  const session = await onnxruntimeEngine({ threads: 1 }).open(SELF_TEST_GRAPH, selfTestWeights(), ['pool'])
  const rows = new Float32Array(COUNT * 4)
  for (const [n, { path }] of base.pictures.entries()) {
    const input = preprocess(await decodePicture(readFileSync(path)), preprocessing)
    rows.set((await session.run(input)).pool!.data, n * 4)
  }
  await session.close()
  return rows
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
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

test('another machine takes the features that the first has shared, and fetches only the pictures of the rest', async () => {
  const shared = folderStore(cacheDir)
  const machine = (name: string) => {
    const dataDir = join(cacheDir, name)
    const fetched: string[] = []
    const at = (hash: string) => join(dataDir, 'pictures', hash)
    const obtain = async (hash: string) => {
      fetched.push(hash)
      mkdirSync(join(dataDir, 'pictures'), { recursive: true })
      copyFileSync(base.pictures.find((picture) => picture.hash === hash)!.path, at(hash))
    }
    const extract = (count: number) =>
      extractFeatures({
        ...base,
        pictures: base.pictures.slice(0, count).map(({ hash }) => ({ hash, path: at(hash) })),
        cacheDir: join(dataDir, 'features'),
        sharing: { files: sharedOver(shared, dataDir), obtain },
      })
    return { fetched, extract }
  }
  await machine('one').extract(100)
  const other = machine('other')
  const { features, fromCache } = await other.extract(COUNT)
  expect(features).toEqual(want)
  expect(fromCache).toBe(100)
  expect(other.fetched.sort()).toEqual(
    base.pictures
      .slice(100)
      .map(({ hash }) => hash)
      .sort(),
  )
  const { fromCache: again } = await machine('third').extract(COUNT)
  expect(again).toBe(COUNT)
})
