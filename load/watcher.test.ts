import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { expect, test } from 'vitest'
import { type ClientMessages, LIVE_PATH, type ServerMessages } from '../lib/live/protocol.ts'
import type { RunEvent } from '../lib/run/events.ts'
import { openWatcher, type Tally } from './watcher.ts'

const event = (seq: number): RunEvent => ({
  type: 'stop-requested',
  seq,
  at: new Date().toISOString(),
  attempt: 0,
})

/** The gaps that a watcher counts when a server sends it these messages of events. */
async function gapsOf(...messages: number[][]): Promise<number> {
  const http = createServer()
  const io = new Server<ClientMessages, ServerMessages>(http, { path: LIVE_PATH })
  io.on('connection', (socket) => {
    socket.on('watch', ({ runId }, answer) => {
      answer({ events: [event(1)] })
      for (const seqs of messages) socket.emit('events', { runId, events: seqs.map(event) })
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const tally: Tally = { delays: new Map(), gaps: 0, events: 0, skipped: 0 }
  const { port } = http.address() as AddressInfo
  const watcher = openWatcher(`http://127.0.0.1:${port}`, 'r', tally)
  await watcher.connect()
  await watcher.reached(5)
  watcher.disconnect()
  await io.close()
  return tally.gaps
}

test('a watcher counts what is missing, what comes twice, and what is out of order', async () => {
  expect(await gapsOf([2, 3], [4], [5])).toBe(0)
  expect(await gapsOf([2, 3], [5])).toBe(1)
  expect(await gapsOf([2, 4, 3, 5])).toBe(1)
  expect(await gapsOf([2, 3], [3, 4], [5])).toBe(1)
})
