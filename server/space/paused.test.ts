import { afterAll, beforeAll, expect, test } from 'vitest'
import { isOver } from '../../lib/run/run.ts'
import { askOwner } from '../owner/control.ts'
import { importPictures, removeFolder, startTestServer, type TestServer } from '../testing/server.ts'
import { queueRun } from '../worker/queue-run.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(async () => {
  await server.stop()
  await removeFolder(server.dataDir)
})

const why = { code: 'queue/by-test', says: 'The test wants it so.' }

test('a queue that is paused begins nothing, says why everywhere, and goes on when it is resumed', async () => {
  const dataset = await importPictures(server)
  const { worker } = server.parts
  worker.pause(why)
  const { id } = await queueRun(worker, { dataset })
  expect((await server.ask('/api/space')).body).toMatchObject({
    paused: why,
    space: { reserveBytes: expect.any(Number), cacheBytes: 0 },
  })
  expect(await askOwner(server.dataDir, { type: 'paused' })).toEqual({ paused: why })
  const client = await server.connect()
  expect(await client.timeout(5000).emitWithAck('watchOverview')).toMatchObject({ paused: why })
  expect(await worker.store.runs.find(id)).toMatchObject({ attempt: 0, state: { status: 'queued' } })

  const over = new Promise<void>((resolve) => {
    worker.store.runs.subscribe(id, async () => {
      if (isOver((await worker.store.runs.find(id))!.state)) resolve()
    })
  })
  worker.resume()
  await over
  expect(await worker.store.runs.find(id)).toMatchObject({ attempt: 1, state: { status: 'succeeded' } })
  expect(await askOwner(server.dataDir, { type: 'paused' })).toEqual({ paused: null })
})
