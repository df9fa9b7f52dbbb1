import type { ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { shapesOf } from '../../../lib/backbone/shapes.ts'
import { writeSafetensors } from '../../../lib/backbone/weights/safetensors.ts'
import { augment, viewSeed } from '../../../lib/preprocess/augment/augment.ts'
import { preprocess } from '../../../lib/preprocess/preprocess.ts'
import type { Preprocessing } from '../../../lib/preprocess/preprocessing.ts'
import { decodePicture } from '../../datasets/decoder/decode.ts'
import { onnxruntimeEngine } from '../../engines/onnxruntime/engine.ts'
import { SELF_TEST_GRAPH } from '../../engines/self-test/network.ts'
import { selfTestWeights } from '../../engines/self-test/self-test.ts'
import { startExtractor } from '../extractor/start.ts'
import { cacheTensorViews, type TensorExtraction } from './tensor-views.ts'

const COUNT = 60
const preprocessing: Preprocessing = {
  size: SELF_TEST_GRAPH.size,
  resize: 'squash',
  cropFraction: 1,
  interpolation: 'bicubic',
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
}
const MAP = SELF_TEST_GRAPH.nodes.find(({ op }) => op === 'globalAveragePool')!.inputs[0]!
const boundaryOf = (ids: readonly string[]) =>
  ids.map((id) => {
    const shape = shapesOf(SELF_TEST_GRAPH).get(id)!
    return { id, shape, values: shape.reduce((product, n) => product * n, 1) }
  })

let source: string
let cacheDir: string
let base: Omit<TensorExtraction, 'cacheDir' | 'boundary'>

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
    devices: [{ id: 'cpu', kind: 'cpu', index: 0, threads: 2 }],
  }
})
afterAll(() => rmSync(source, { recursive: true }))
beforeEach(() => {
  cacheDir = mkdtempSync(join(tmpdir(), 'whippet-tensors-'))
})
afterEach(() => rmSync(cacheDir, { recursive: true }))

test('two tensors of every picture, maps in 16 bits, are the engine’s, read in any order', async () => {
  const boundary = boundaryOf([MAP, 'pool'])
  const views = await cacheTensorViews({ ...base, boundary, cacheDir })
  const order = [41, 3, 3, 59, 0]
  const got = await views.read(
    order.map((n) => base.pictures[n]!.hash),
    0,
  )
  const want = await Promise.all(order.map((n) => tensorsOf(n)))
  for (const { id, values } of boundary) {
    expect(got.get(id)!.length).toBe(order.length * values)
    for (const [i, tensors] of want.entries()) {
      const part = got.get(id)!.subarray(i * values, (i + 1) * values)
      expect(largestDifference(part, tensors[id]!), id).toBeLessThan(id === 'pool' ? 1e-7 : 2e-3)
    }
  }
})

test('maps in 32 bits, on request, are exact and lie apart', async () => {
  const boundary = boundaryOf([MAP])
  await cacheTensorViews({ ...base, boundary, cacheDir })
  const views = await cacheTensorViews({ ...base, boundary, maps: 'float32', cacheDir })
  expect(views.fromCache).toBe(0)
  const got = await views.read([base.pictures[7]!.hash], 0)
  expect(got.get(MAP)).toEqual((await tensorsOf(7))[MAP])
})

test('pixels come back as the network’s input, to the last bit, and need no weights', async () => {
  const weights = { source: { kind: 'file', path: join(source, 'gone') }, hash: 'any' } as const
  const views = await cacheTensorViews({ ...base, weights, boundary: boundaryOf(['image']), cacheDir })
  const got = await views.read([base.pictures[5]!.hash], 0)
  expect(got.get('image')).toEqual(preprocess(await pixelsOf(5), preprocessing))
})

test('random views are those of the seed, the picture and the view', async () => {
  const random = { preset: 'modern', seed: 9, count: 3 } as const
  const views = await cacheTensorViews({ ...base, boundary: boundaryOf(['image']), random, cacheDir })
  expect(views.views).toBe(3)
  const { hash } = base.pictures[2]!
  for (let view = 0; view < 3; view++) {
    const square = augment(await pixelsOf(2), 'modern', preprocessing, viewSeed(9, hash, view + 1))
    expect((await views.read([hash], view)).get('image')).toEqual(preprocess(square, preprocessing))
  }
})

test('more views later: only the new ones are made; another seed shares nothing', async () => {
  const made = async (seed: number, count: number) => {
    const random = { preset: 'vgg', seed, count } as const
    const before = readdirSync(cacheDir).length
    const { fromCache } = await cacheTensorViews({
      ...base,
      boundary: boundaryOf(['image']),
      random,
      cacheDir,
    })
    return { fromCache, folders: readdirSync(cacheDir).length - before }
  }
  expect(await made(0, 2)).toEqual({ fromCache: 0, folders: 2 })
  expect(await made(0, 2)).toEqual({ fromCache: COUNT, folders: 0 })
  expect(await made(0, 3)).toEqual({ fromCache: 0, folders: 1 })
  expect(await made(1, 1)).toEqual({ fromCache: 0, folders: 1 })
})

test('an aborted extraction goes on where it was, view by view', async () => {
  const started: ChildProcess[] = []
  const stop = new AbortController()
  const random = { preset: 'vgg', seed: 0, count: 2 } as const
  const task = { ...base, boundary: boundaryOf([MAP]), random, cacheDir }
  const extraction = cacheTensorViews({ ...task, signal: stop.signal }, (device) => {
    const child = startExtractor(device)
    child.once('message', () => stop.abort(new Error('stopped by the test')))
    started.push(child)
    return child
  })
  await expect(extraction).rejects.toThrow('stopped by the test')
  const views = await cacheTensorViews(task)
  expect(views.fromCache).toBeGreaterThan(0)
  const hashes = base.pictures.map(({ hash }) => hash)
  for (const view of [0, 1])
    expect((await views.read(hashes, view)).get(MAP)!.every(Number.isFinite)).toBe(true)
})

async function tensorsOf(n: number): Promise<Record<string, Float32Array>> {
  const session = await onnxruntimeEngine({ threads: 1 }).open(SELF_TEST_GRAPH, selfTestWeights(), [
    MAP,
    'pool',
  ])
  const output = await session.run(preprocess(await pixelsOf(n), preprocessing))
  const tensors = Object.fromEntries(Object.entries(output).map(([id, { data }]) => [id, data.slice()]))
  await session.close()
  return tensors
}

const pixelsOf = async (n: number) => decodePicture(readFileSync(base.pictures[n]!.path))

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)
}

async function madeUpPicture(n: number) {
  const noise = Uint8Array.from({ length: 40 * 48 * 3 }, (_, i) => (i * 31 + n * 17 + ((i * n) % 97)) & 255)
  const path = join(source, `${n}.jpg`)
  await sharp(noise, { raw: { width: 48, height: 40, channels: 3 } })
    .jpeg()
    .toFile(path)
  return { hash: sha256(readFileSync(path)), path }
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}
