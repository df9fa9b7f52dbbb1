import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openFeatureCache } from './cache.ts'
import { type FeatureKey, keyName } from './key.ts'
import { rowBytes } from './row.ts'

const WIDTH = 5
const key: FeatureKey = {
  weights: 'w',
  graph: 'g',
  cut: 'pool',
  preprocessing: {
    size: 8,
    resize: 'squash',
    cropFraction: 1,
    interpolation: 'bicubic',
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
  },
  preprocess: 1,
  decoder: '1',
  view: 0,
  looks: 'whole',
  engine: 'onnxruntime 1.30.0',
  precision: 'float32',
  emitter: 1,
}

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'whippet-cache-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

const hash = (n: number) => createHash('sha256').update(String(n)).digest('hex')
const features = (n: number) => Float32Array.from({ length: WIDTH }, (_, i) => n + i / 7)
const open = () => openFeatureCache(dir, key, WIDTH)

/** A closed cache with pictures 0 to `count` − 1; the path of its one segment. */
async function filled(count: number): Promise<string> {
  const cache = await open()
  for (let n = 0; n < count; n++) cache.append(hash(n), features(n))
  cache.close()
  const segments = readdirSync(cache.folder).filter((name) => name.endsWith('.features'))
  expect(segments).toHaveLength(1)
  return join(cache.folder, segments[0]!)
}

test('what was appended is there when opened again, in the order asked for', async () => {
  await filled(200)
  const cache = await open()
  const order = [150, 3, 199, 0, 3]
  expect(order.every((n) => cache.has(hash(n)))).toBe(true)
  expect(cache.has(hash(200))).toBe(false)
  expect(await cache.load(order.map(hash))).toEqual(Float32Array.from(order.flatMap((n) => [...features(n)])))
})

test('a torn tail counts as absent, and the rows before it stay', async () => {
  const segment = await filled(10)
  truncateSync(segment, readFileSync(segment).length - 7)
  const cache = await open()
  expect([8, 9].map((n) => cache.has(hash(n)))).toEqual([true, false])
  cache.append(hash(9), features(9))
  await cache.refresh()
  expect(await cache.load([hash(9), hash(8)])).toEqual(Float32Array.from([...features(9), ...features(8)]))
  cache.close()
})

test('a damaged row counts as absent, and the rows after it stay', async () => {
  const segment = await filled(10)
  const bytes = readFileSync(segment)
  bytes[bytes.length - 5 * rowBytes(WIDTH) + 40]! ^= 1
  writeFileSync(segment, bytes)
  const cache = await open()
  expect([4, 5, 6].map((n) => cache.has(hash(n)))).toEqual([true, false, true])
})

test('a row that is damaged after opening is refused, not handed out', async () => {
  const segment = await filled(3)
  const cache = await open()
  const bytes = readFileSync(segment)
  bytes[bytes.length - 10]! ^= 1
  writeFileSync(segment, bytes)
  await expect(cache.load([hash(2)])).rejects.toMatchObject({ code: 'features/missing' })
})

test('what is no segment of this width is left alone', async () => {
  const segment = await filled(3)
  const other = await openFeatureCache(dir, key, WIDTH + 1)
  expect(other.has(hash(0))).toBe(false)
  writeFileSync(`${segment}.short.features`, 'whip')
  writeFileSync(`${segment}.empty.features`, '')
  expect((await open()).has(hash(2))).toBe(true)
})

test('two writers have a segment each, and a refresh takes both in', async () => {
  const [a, b, reader] = [await open(), await open(), await open()]
  a.append(hash(1), features(1))
  b.append(hash(2), features(2))
  a.append(hash(3), features(3))
  expect(reader.has(hash(1))).toBe(false)
  await reader.refresh()
  expect(await reader.load([1, 2, 3].map(hash))).toEqual(
    Float32Array.from([1, 2, 3].flatMap((n) => [...features(n)])),
  )
  a.append(hash(4), features(4))
  await reader.refresh()
  expect(reader.has(hash(4))).toBe(true)
  a.close()
  b.close()
})

test('asking for a picture that was never extracted names it', async () => {
  const cache = await open()
  await expect(cache.load([hash(1)])).rejects.toMatchObject({
    code: 'features/missing',
    says: expect.stringContaining(hash(1)),
  })
})

test('a key is its values, not the order of its fields', () => {
  const turned = Object.fromEntries(Object.entries(key).reverse()) as FeatureKey
  expect(keyName(turned)).toBe(keyName(key))
  expect(keyName({ ...key, preprocessing: { ...key.preprocessing, resize: 'crop' } })).not.toBe(keyName(key))
  for (const changed of [
    { weights: 'v' },
    { graph: 'h' },
    { view: { preset: 'vgg', seed: 0, index: 1, augment: 1 } as const },
    { emitter: 2 },
    { engine: 'x' },
    { decoder: '2' },
  ]) {
    expect(keyName({ ...key, ...changed })).not.toBe(keyName(key))
  }
})
