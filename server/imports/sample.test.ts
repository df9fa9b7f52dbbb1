import { afterAll, beforeAll, expect, test } from 'vitest'
import { EMOJI_CLASSES } from '../sample/emoji-classes.ts'
import { removeFolder, startTestServer, type TestServer } from '../testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(async () => {
  await server.stop()
  await removeFolder(server.dataDir)
})

test('the sample is drawn and imported once, however often it is asked for meanwhile', async () => {
  const ask = () => server.ask('/api/imports/sample', { method: 'POST' })
  const [first, second] = await Promise.all([ask(), ask()])
  expect(first.status).toBe(200)
  expect(second.body.import.id).toBe(first.body.import.id)
  const ended = await server.parts.imports.ended(first.body.import.id)
  expect(ended?.state.status).toBe('succeeded')
  const { dataset } = (await server.ask('/api/datasets/emoji')).body
  expect(dataset).toMatchObject({ version: 1, split: { from: 'folders' } })
  expect(dataset.classes).toHaveLength(Object.keys(EMOJI_CLASSES).length)
}, 120_000)
