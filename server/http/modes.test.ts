import { afterAll, beforeAll, expect, test } from 'vitest'
import { isOver } from '../../lib/run/run.ts'
import {
  importPictures,
  type Json,
  postJson,
  removeFolder,
  startTestServer,
  type TestServer,
} from '../testing/server.ts'

let server: TestServer
let run: string
beforeAll(async () => {
  server = await startTestServer()
  await importPictures(server)
  await importPictures(server, 'others')
  run = (await server.ask('/api/runs', postJson({ dataset: 'pictures' }))).body.run.id
  const { runs } = server.parts.worker.store
  await new Promise<void>((resolve) => {
    const look = () => void runs.find(run).then((found) => found && isOver(found.state) && resolve())
    runs.subscribe(run, look)
    look()
  })
})
afterAll(async () => {
  await server.stop()
  await removeFolder(server.dataDir)
})

/** Asks until the job is over. */
async function over(path: string, what: string): Promise<Json> {
  for (;;) {
    const job = (await server.ask(path)).body[what]
    if (job.status === 'succeeded' || job.status === 'failed') return job
  }
}

test('a model is judged on another dataset, classes matched and pictures left out by name', async () => {
  const wanted = { dataset: 'others', exclude: ['0.png', 'nowhere.png'] }
  const { body } = await server.ask(`/api/runs/${run}/evaluations`, postJson(wanted))
  const job = await over(`/api/evaluations/${body.evaluation.id}`, 'evaluation')
  expect(job).toMatchObject({
    status: 'succeeded',
    result: { run, dataset: 'others@1', split: 'all', images: 14, excluded: 2, notFound: ['nowhere.png'] },
  })
  expect(job.result.top1).toBeGreaterThan(0.5)
})

test('on its own dataset it says what the run said', async () => {
  const { body } = await server.ask(`/api/runs/${run}/evaluations`, postJson({}))
  const { result } = await over(`/api/evaluations/${body.evaluation.id}`, 'evaluation')
  const { evaluation } = (await server.ask(`/api/runs/${run}`)).body.run
  expect(result).toMatchObject({ split: 'test', top1: evaluation.top1, images: evaluation.images })
})

test('an export is made to order and fetched as a zip', async () => {
  const wanted = { precisions: ['uint8'], page: false, onnx: false, title: 'Noise or paper' }
  const { body } = await server.ask(`/api/runs/${run}/exports`, postJson(wanted))
  expect((await server.ask(`/api/exports/${body.export.id}/bundle.zip`)).status).toBe(404)
  const { result } = await over(`/api/exports/${body.export.id}`, 'export')
  const answer = await fetch(server.url + result.path)
  expect(answer.headers.get('content-type')).toBe('application/zip')
  const bytes = Buffer.from(await answer.arrayBuffer())
  expect(bytes.length).toBeGreaterThan(result.bytes)
  for (const name of ['model.json', 'uint8/model.json', 'README.md']) expect(bytes.includes(name)).toBe(true)
  expect(bytes.includes('float16/')).toBe(false)
  expect(bytes.includes('Noise or paper')).toBe(true)
})

test.each<[path: string, wanted: object, status: number, code: string]>([
  ['/api/runs/nobody/evaluations', {}, 404, 'runs/unknown'],
  ['/api/runs/RUN/evaluations', { dataset: 'nothing' }, 404, 'datasets/unknown'],
  ['/api/runs/RUN/evaluations', { splt: 'test' }, 400, 'server/bad-request'],
  ['/api/runs/RUN/exports', { precisions: ['float8'] }, 400, 'server/bad-request'],
])('%s refuses %j', async (path, wanted, status, code) => {
  expect(await server.ask(path.replace('RUN', run), postJson(wanted))).toMatchObject({
    status,
    body: { problem: { code } },
  })
})

test('jobs that nobody knows are said so', async () => {
  for (const path of ['/api/evaluations/x', '/api/exports/x', '/api/exports/x/bundle.zip'])
    expect(await server.ask(path)).toMatchObject({ status: 404, body: { problem: { code: 'jobs/unknown' } } })
})
