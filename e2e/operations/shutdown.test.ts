import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { RunEvent } from '../../lib/run/events.ts'
import { drawShapes, type Running, startWhippet, whippetJson } from '../cli/whippet.ts'
import { ask, ENDLESS, startRun } from '../setup/rest.ts'

let dataDir: string
let server: Running | undefined
const stopped: number[] = []
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'whippet-shutdown-'))
  const pictures = join(dataDir, 'source')
  await drawShapes(pictures, 6)
  await whippetJson(dataDir, 'import', pictures, '--name', 'shapes')
})
afterEach(async () => {
  for (const pid of stopped.splice(0)) process.kill(pid, 'SIGKILL')
  server?.process.kill('SIGKILL')
  await server?.ended
  await rm(dataDir, { recursive: true })
})

async function serve(): Promise<string> {
  const running = startWhippet(dataDir, ['serve', '--port', '0', '--json'])
  server = running
  return new Promise((resolve, reject) => {
    running.process.stdout!.once('data', (line: string) => resolve(JSON.parse(line).url))
    running.ended.then(({ stderr }) => reject(new Error(`the server ended:\n${stderr}`)))
  })
}

/** The first event after `afterSeq` for which `when` holds. */
async function eventOf(
  url: string,
  run: string,
  when: (event: RunEvent) => boolean,
  afterSeq = 0,
): Promise<RunEvent> {
  for (;;) {
    const { events } = await ask<{ events: RunEvent[] }>(url, `/api/runs/${run}/events?after=${afterSeq}`)
    const found = events.find(when)
    if (found) return found
    const over = events.find(({ type }) => type === 'failed' || type === 'stopped')
    if (over) throw new Error(JSON.stringify(over))
    await pause(50)
  }
}

test('both signals end the server in order, and a run goes on from its checkpoint at the next start', async () => {
  let url = await serve()
  const { run } = await ask<{ run: { id: string } }>(url, '/api/runs', {
    dataset: 'shapes',
    strategy: 'partial-fine-tuning',
    training: { epochs: 10_000, views: 1, batchSize: 4 },
    freeze: { headFirst: false },
  })
  const before = await eventOf(url, run.id, (event) => event.type === 'point' && event.step >= 2)
  await endBy('SIGTERM')

  url = await serve()
  const again = await eventOf(
    url,
    run.id,
    (event) => event.type === 'started' && event.attempt === 2,
    before.seq,
  )
  const next = await eventOf(url, run.id, ({ type }) => type === 'point', again.seq)
  const log = await ask<{ events: RunEvent[] }>(url, `/api/runs/${run.id}/events`)
  const last = log.events.filter(({ seq, type }) => seq < again.seq && type === 'point').at(-1)!
  expect(log.events.map(({ type }) => type)).not.toContain('failed')
  expect(next).toMatchObject({ attempt: 2, step: (last as { step: number }).step + 1 })
  await endBy('SIGINT')
})

/** Not with 1, which says that not everything ended in time. */
async function endBy(signal: NodeJS.Signals): Promise<void> {
  server!.process.kill(signal)
  const { status, stderr } = await server!.ended
  expect(stderr).toContain('Stopping')
  expect(status).toBe(0)
}

test('a second signal ends the server at once', async () => {
  const url = await serve()
  const run = await startRun(url, 'shapes', ENDLESS)
  const started = await eventOf(url, run, ({ type }) => type === 'started')
  const { pid } = started as Extract<RunEvent, { type: 'started' }>
  // A trainer that never hears that it should end.
  process.kill(pid, 'SIGSTOP')
  stopped.push(pid)
  // The first ones count as one: a terminal, npm and our launcher all pass on one Ctrl-C.
  const again = setInterval(() => server!.process.kill('SIGTERM'), 100)
  const { status } = await server!.ended
  clearInterval(again)
  expect(status).toBe(130)
})
