import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Upload } from 'tus-js-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { noise } from '../datasets/testing/pictures.ts'
import { writeZip } from '../datasets/testing/zips.ts'
import { services } from '../services.ts'
import {
  type Json,
  postJson,
  removeFolder,
  startTestServer,
  type TestServer,
  writePictures,
} from '../testing/server.ts'
import { removeAbandoned } from './uploads.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(async () => {
  await server.stop()
  await removeFolder(server.dataDir)
})

/** Uploads in pieces; with `breakAfter` the connection breaks after so many bytes, and a second upload goes on. */
async function upload(bytes: Buffer, { breakAfter }: { breakAfter?: number } = {}): Promise<string> {
  let url: string | null = null
  const attempt = (options: { stopAt?: number }) =>
    new Promise<void>((resolve, reject) => {
      const tus = new Upload(bytes, {
        endpoint: `${server.url}/api/uploads`,
        ...(url && { uploadUrl: url }),
        chunkSize: 4096,
        retryDelays: null,
        onError: reject,
        onSuccess: () => resolve(),
        onChunkComplete(_size, sent) {
          url = tus.url
          if (options.stopAt !== undefined && sent >= options.stopAt) void tus.abort().then(() => resolve())
        },
      })
      tus.start()
    })
  if (breakAfter !== undefined) {
    await attempt({ stopAt: breakAfter })
    const { headers } = await fetch(url!, { method: 'HEAD', headers: { 'tus-resumable': '1.0.0' } })
    expect(Number(headers.get('upload-offset'))).toBeGreaterThanOrEqual(breakAfter)
    expect(Number(headers.get('upload-offset'))).toBeLessThan(bytes.length)
  }
  await attempt({})
  return url!.split('/').at(-1)!
}

async function ended(id: string): Promise<Json> {
  await server.parts.imports.ended(id)
  return (await server.ask(`/api/imports/${id}`)).body.import
}

test('there is one set of services, and it is the server’s', () => {
  expect(services()).toBe(server.parts.services)
})

test('a zip whose upload broke off and went on becomes a dataset', async () => {
  const zip = join(server.dataDir, 'pets.zip')
  const files = Object.fromEntries(
    await Promise.all(
      Array.from({ length: 20 }, async (_, n) => [
        `${n % 2 ? 'cats' : 'dogs'}/${n}.png`,
        await noise(n).png().toBuffer(),
      ]),
    ),
  )
  await writeZip(zip, files)
  const id = await upload(await readFile(zip), { breakAfter: 8192 })
  const started = await server.ask(
    '/api/imports',
    postJson({ name: 'pets', files: [{ upload: id, path: 'pets.zip' }] }),
  )
  expect(started.body.import).toMatchObject({ name: 'pets', state: { status: 'running' } })
  const { state } = await ended(started.body.import.id)
  expect(state).toMatchObject({ status: 'succeeded' })

  const { dataset } = (await server.ask('/api/datasets/pets')).body
  expect(dataset).toMatchObject({ id: state.version, classes: ['cats', 'dogs'], report: { imported: 20 } })
  expect(dataset.cover).toHaveLength(6)
  const total = (split: string) =>
    dataset.perClass.reduce((sum: number, counts: Json) => sum + counts[split], 0)
  expect(dataset.counts).toEqual({
    train: total('train'),
    validation: total('validation'),
    test: total('test'),
  })

  const page = (await server.ask('/api/datasets/pets/pictures?split=train&label=1&limit=2')).body
  expect(page.total).toBe(dataset.perClass[1].train)
  expect(page.pictures.map(({ label, split }: Json) => [label, split])).toEqual([
    [1, 'train'],
    [1, 'train'],
  ])
  const used = await server.ask(
    '/api/imports',
    postJson({ name: 'again', files: [{ upload: id, path: 'pets.zip' }] }),
  )
  expect(used).toMatchObject({ status: 404, body: { problem: { code: 'imports/unknown-upload' } } })
})

test('loose pictures become a dataset by their paths, and no path leads out of the folder', async () => {
  const picture = async (n: number) => ({
    upload: await upload(await noise(n).jpeg().toBuffer()),
    path: `c${n % 2}/${n}.jpg`,
  })
  const files = await Promise.all([100, 101, 102, 103, 104, 105].map(picture))
  const bad = await server.ask(
    '/api/imports',
    postJson({ name: 'x', files: [...files.slice(0, 2), { ...files[2], path: '../../owner.lock' }] }),
  )
  expect(bad).toMatchObject({ status: 422, body: { problem: { code: 'imports/bad-path' } } })
  const { body } = await server.ask('/api/imports', postJson({ name: 'loose', files }))
  expect((await ended(body.import.id)).state).toMatchObject({ status: 'succeeded' })
  expect((await server.ask('/api/datasets/loose')).body.dataset.classes).toEqual(['c0', 'c1'])
})

test('a broken zip fails with its own words, and the import is listed', async () => {
  const id = await upload(Buffer.from('no zip at all'))
  const { body } = await server.ask(
    '/api/imports',
    postJson({ name: 'broken', files: [{ upload: id, path: 'a.zip' }] }),
  )
  expect((await ended(body.import.id)).state).toMatchObject({
    status: 'failed',
    problem: { code: 'zip/damaged' },
  })
  expect((await server.ask('/api/imports')).body.imports[0].id).toBe(body.import.id)
})

test('a run is queued, followed, classifies on the server, and has a model for the browser', async () => {
  const { body } = await server.ask('/api/runs', postJson({ dataset: 'pets', looks: 'whole' }))
  const { run } = body
  expect(run.state).toEqual({ status: 'queued' })
  const client = await server.connect()
  const events: Json[] = []
  const over = new Promise<void>((resolve) => {
    const take = (more: Json[]) => {
      events.push(...more)
      if (more.some(({ type }) => ['succeeded', 'failed', 'stopped'].includes(type))) resolve()
    }
    client.on('events', (message) => take(message.events))
    client.emit('watch', { runId: run.id, afterSeq: 0 }, (answer: Json) => take(answer.events))
  })
  const ready = new Promise<Json>((resolve) =>
    client.on(
      'bundle',
      ({ bundle }) => bundle.status !== 'making' && bundle.status !== 'none' && resolve(bundle),
    ),
  )
  await over
  const stored = (await server.ask(`/api/runs/${run.id}/events`)).body.events
  const part = await server.ask(`/api/runs/${run.id}/events?after=1&limit=2`)
  expect(part.body.events).toEqual(stored.slice(1, 3))
  expect(events).toEqual(stored)
  expect(stored.at(-1)).toMatchObject({ type: 'succeeded' })
  expect((await server.ask('/api/runs?limit=1')).body.runs[0]).toMatchObject({
    id: run.id,
    status: 'succeeded',
  })

  expect(await ready).toMatchObject({ status: 'ready' })
  expect((await server.ask(`/api/models/${run.id}`)).body.bundle).toEqual(await ready)
  const manifest = await server.ask(`/bundles/${run.id}/model.json`)
  expect(manifest.body).toMatchObject({ run: run.id, models: [{ precision: 'float16' }] })

  const form = new FormData()
  form.append('picture', new File([new Uint8Array(await noise(1).png().toBuffer())], 'noise.png'))
  form.append('picture', new File(['no picture'], 'text.png'))
  const { body: prediction } = await server.ask(`/api/models/${run.id}/predict`, {
    method: 'POST',
    body: form,
  })
  expect(prediction.images[0]).toMatchObject({ file: 'noise.png', top: [{ label: 'Cats' }, {}] })
  expect(prediction.images[1]).toMatchObject({
    file: 'text.png',
    problem: { code: 'pictures/not-a-picture' },
  })
})

test('pictures are served as pictures: cached for ever, sniffed, and never as something that runs', async () => {
  const { pictures } = (await server.ask('/api/datasets/pets/pictures?limit=1')).body
  const file = await fetch(`${server.url}/api/pictures/${pictures[0].hash}`)
  expect(Object.fromEntries(file.headers)).toMatchObject({
    'content-type': 'image/png',
    'cache-control': 'private, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
    'content-security-policy': expect.stringContaining('sandbox'),
  })
  const thumbnail = await fetch(`${server.url}/api/pictures/${pictures[0].hash}/thumbnail`)
  expect(thumbnail.headers.get('content-type')).toBe('image/jpeg')
  expect((await thumbnail.bytes()).length).toBeGreaterThan(100)
})

test.each([
  ['/api/runs', postJson({ dataset: 'nothing' }), 404, 'datasets/unknown'],
  ['/api/runs', postJson({ dataset: 'pets', backbone: 'resnet' }), 404, 'backbones/unknown'],
  ['/api/runs', postJson({ dataset: 'pets', speed: 9 }), 400, 'server/bad-request'],
  ['/api/runs', postJson({ dataset: 'x'.repeat(2 ** 21) }), 413, 'server/too-large'],
  ['/api/runs', { method: 'POST', body: '{' }, 400, 'server/bad-request'],
  ['/api/runs/nobody', {}, 404, 'runs/unknown'],
  ['/api/runs/nobody/stop', { method: 'POST' }, 404, 'runs/unknown'],
  ['/api/models/nobody', {}, 404, 'runs/unknown'],
  ['/api/pictures/..%2f..%2fowner.json', {}, 404, 'server/not-found'],
  ['/api/pictures/abc', {}, 400, 'server/bad-request'],
  [`/api/pictures/${'0'.repeat(64)}`, {}, 404, 'blobs/gone'],
  ['/api/nothing', {}, 404, 'server/not-found'],
  ['/bundles/nobody/model.json', {}, 404, 'runs/unknown'],
  ['/anything', { method: 'POST' }, 405, 'server/method'],
] as const)('%s answers with status and problem (case %#)', async (path, init, status, code) => {
  expect(await server.ask(path, init as RequestInit)).toMatchObject({ status, body: { problem: { code } } })
})

test('requests of other names and other sites are refused', async () => {
  const { hostname, port } = new URL(server.url)
  const ask = (headers: Record<string, string>, method = 'GET') =>
    import('node:http').then(
      ({ request }) =>
        new Promise<number | undefined>((resolve, reject) =>
          request({ hostname, port, path: '/api/runs', method, headers }, (response) => {
            response.resume()
            resolve(response.statusCode)
          })
            .on('error', reject)
            .end(),
        ),
    )
  expect(await ask({ host: 'rebound.example' })).toBe(403)
  expect(await ask({ host: `127.0.0.1:${port}` })).toBe(200)
  expect(await ask({ origin: 'http://evil.example' }, 'POST')).toBe(403)
  expect(await ask({ origin: 'null' }, 'POST')).toBe(403)
  expect(await ask({ 'sec-fetch-site': 'cross-site' }, 'POST')).toBe(403)
})

test('every route is in the OpenAPI document, with what it takes and answers', async () => {
  const { body } = await server.ask('/api/openapi.json')
  const routes = Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.keys(methods as object).map((m) => `${m} ${path}`),
  )
  expect(routes).toMatchSnapshot()
  expect(body.paths['/api/runs'].post.requestBody.content['application/json'].schema.required).toEqual([
    'dataset',
  ])
})

test('what was uploaded and never imported is removed after a day', async () => {
  const id = await upload(Buffer.from('forgotten'))
  const folder = server.parts.uploads
  await removeAbandoned(folder, Date.now())
  expect(await readFile(join(folder, id), 'utf8')).toBe('forgotten')
  await removeAbandoned(folder, Date.now() + 25 * 3600 * 1000)
  await expect(readFile(join(folder, id))).rejects.toThrow('ENOENT')
})

test('an import that a restart interrupted is begun again', async () => {
  const folder = await writePictures(join(server.dataDir, 'late'))
  const started = await server.parts.imports.startLocal(folder, { name: 'late' })
  const { dataDir } = server
  await server.stop()
  server = await startTestServer({ dataDir })
  expect(await server.parts.imports.ended(started.id)).toMatchObject({ state: { status: 'succeeded' } })
})
