import { EventEmitter } from 'node:events'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import type { DeviceUse } from '../../lib/api/device-use.ts'
import { type Client, removeFolder, startTestServer, type TestServer } from '../testing/server.ts'
import { tellDeviceUse } from './device-use.ts'
import type { LiveSocket } from './watching.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(async () => {
  await server.stop()
  await removeFolder(server.dataDir)
})

const nextOf = (client: Client) =>
  new Promise<DeviceUse[]>((done) => client.once('deviceUse', ({ devices }) => done(devices)))

test('who watches devices hears of each what it is busy with, again and again', async () => {
  const client = await server.connect()
  const first = nextOf(client)
  client.emit('watchDeviceUse')
  const known = await server.ask('/api/devices')
  for (const heard of [await first, await nextOf(client)]) {
    expect(heard.map(({ id }) => id)).toEqual(known.body.devices.map(({ id }: DeviceUse) => id))
    for (const { memory } of heard) expect(memory?.usedBytes).toBeGreaterThan(0)
  }
})

test('while nobody watches nothing is read', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  let reads = 0
  const teller = tellDeviceUse({
    devices: async () => [],
    read: async () => {
      reads++
      return []
    },
    everyMs: 2000,
  })
  const socket = new EventEmitter()
  const outlet = { pull: (source: () => unknown) => void source(), forget: () => {}, ready: () => true }
  teller.answer(socket as unknown as LiveSocket, { outlet, bundle: () => {} })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(reads).toBe(0)
  socket.emit('watchDeviceUse')
  await vi.advanceTimersByTimeAsync(10_000)
  expect(reads).toBe(6)
  socket.emit('unwatchDeviceUse')
  await vi.advanceTimersByTimeAsync(60_000)
  // The one that was under way.
  expect(reads).toBeLessThanOrEqual(7)
  socket.emit('watchDeviceUse')
  await vi.advanceTimersByTimeAsync(0)
  expect(reads).toBeGreaterThanOrEqual(7)
  teller.close()
})
