import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { folderStore } from '../objects/folder-store.ts'
import { sharedOver } from '../objects/shared-files.ts'
import { type Extraction, extractFeatures } from './extract.ts'
import { startExtractor } from './extractor/start.ts'
import type { ExtractionProgress } from './progress.ts'
import {
  type MadeUpExtraction,
  madeUpExtraction,
  PREPROCESSING,
  sha256,
  simulated,
} from './testing/made-up-extraction.ts'

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
    { ...few, preprocessing: { ...PREPROCESSING, resize: 'pad' } },
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

test.each([1, 2, 4])('%i devices give the same features, byte for byte', async (count) => {
  const started: string[] = []
  const { features } = await extractFeatures({ ...base, cacheDir, devices: simulated(count) }, (device) => {
    started.push(device.id)
    return startExtractor(device)
  })
  expect(started).toEqual(simulated(count).map(({ id }) => id))
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

test('a picture that is gone or damaged is named', async () => {
  const path = join(made.source, 'damaged.jpg')
  writeFileSync(path, 'no picture')
  for (const bad of [path, join(made.source, 'gone.jpg')]) {
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
