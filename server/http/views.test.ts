import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { backboneEntry } from '../../lib/backbone/registry.ts'
import { augment, viewSeed } from '../../lib/preprocess/augment/augment.ts'
import { AUGMENTATION_PRESETS } from '../../lib/preprocess/augment/presets.ts'
import { decodePicture } from '../datasets/decoder/decode.ts'
import { importPictures, removeFolder, startTestServer, type TestServer } from '../testing/server.ts'

let server: TestServer
let hash: string
beforeAll(async () => {
  server = await startTestServer()
  const version = await importPictures(server)
  hash = (await server.ask(`/api/datasets/${version}`)).body.dataset.cover[0]
})
afterAll(async () => {
  await server.stop()
  await removeFolder(server.dataDir)
})

const view = (query: string) => fetch(`${server.url}/api/pictures/${hash}/view?${query}`)
const bytesOf = async (query: string) => new Uint8Array(await (await view(query)).arrayBuffer())

test('a view is what training sees: the same seed and number, the same picture', async () => {
  const query = 'backbone=tf_efficientnet_lite0&preset=inception&seed=5&view=2'
  const response = await view(query)
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
  const { preprocess } = backboneEntry('tf_efficientnet_lite0')
  const original = new Uint8Array(await (await fetch(`${server.url}/api/pictures/${hash}`)).arrayBuffer())
  const { width, height, data } = augment(
    await decodePicture(original),
    'inception',
    { ...preprocess, ...AUGMENTATION_PRESETS.inception.evaluation },
    viewSeed(5, hash, 2),
  )
  const trained = await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer()
  expect(Buffer.from(await bytesOf(query)).equals(trained)).toBe(true)
})

test('views differ from each other and from the evaluation twin', async () => {
  const query = 'backbone=tf_efficientnet_lite0&preset=vgg'
  const all = await Promise.all([0, 1, 2].map((n) => bytesOf(`${query}&view=${n}`)))
  expect(new Set(all.map((bytes) => Buffer.from(bytes).toString('base64'))).size).toBe(3)
})

test('what is not there, or no preset, is refused', async () => {
  expect((await view('backbone=nothing')).status).toBe(404)
  expect((await view('backbone=tf_efficientnet_lite0&preset=none')).status).toBe(400)
  const other = await fetch(
    `${server.url}/api/pictures/${'0'.repeat(64)}/view?backbone=tf_efficientnet_lite0`,
  )
  expect(other.status).toBe(404)
})
