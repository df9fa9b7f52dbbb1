import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Alert, alertSchema } from '../../lib/alerts/alert.ts'
import { readableLog } from '../log/log.ts'
import { openStore, type Store } from '../store/open.ts'
import { madeUpVersion, settingsFor } from '../store/testing/made-up.ts'
import { type Alerts, openAlerts } from './alerts.ts'
import { isSigned, sendAlert, signatureOf } from './send.ts'
import { sendTest } from './send-test.ts'
import { type AlertSettings, writeAlertSettings } from './settings.ts'

/** A receiver of alerts that does with each request what comes next in `script`, then takes all. */
type Act = 'take' | 'fail' | 'hang' | 'redirect'
let script: Act[]
let received: { alert: Alert; body: string; signature: string; act: Act }[]
let arrived: () => void
let receiver: Server
let url: string
let dataDir: string
let store: Store
let alerts: Alerts | undefined
let settings: AlertSettings

beforeEach(async () => {
  script = []
  received = []
  arrived = () => undefined
  receiver = createServer(receive)
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
  dataDir = await mkdtemp(join(tmpdir(), 'whippet-alerts-'))
  store = await openStore({ dataDir })
  settings = await writeAlertSettings(dataDir, { url, link: 'https://whippet.example' })
})
afterEach(async () => {
  await alerts?.close()
  alerts = undefined
  await store.close()
  receiver.closeAllConnections()
  await new Promise((resolve) => receiver.close(resolve))
  await rm(dataDir, { recursive: true })
})

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += chunk
  const act = script.shift() ?? 'take'
  received.push({
    alert: alertSchema.parse(JSON.parse(body)),
    body,
    signature: String(request.headers['whippet-signature']),
    act,
  })
  if (act === 'take') response.writeHead(204).end()
  if (act === 'fail') response.writeHead(503).end('no')
  if (act === 'redirect') response.writeHead(302, { location: url }).end()
  arrived()
}

/** Resolves once `count` requests have come. */
function requests(count: number): Promise<void> {
  return new Promise((resolve) => {
    arrived = () => received.length >= count && resolve()
    arrived()
  })
}

async function open(): Promise<Alerts> {
  const log = readableLog(() => undefined)
  const quickly = (tries: number) => (tries < 5 ? 1 : undefined)
  alerts = await openAlerts({
    store,
    dataDir,
    url: () => 'http://localhost:4242',
    log,
    delay: quickly,
    timeoutMs: 300,
  })
  return alerts
}

async function endedRun(ending: 'succeeded' | 'failed' = 'succeeded'): Promise<string> {
  const version = await store.datasets.create(madeUpVersion('dogs'))
  const { id } = await store.runs.create(settingsFor(version), version)
  const problem = { code: 'training/diverged', says: 'The loss is no number.' }
  const end = ending === 'failed' ? ({ type: 'failed', problem } as const) : ({ type: 'succeeded' } as const)
  await store.runs.append(id, 0, [{ type: 'started', pid: 1 }, end])
  return id
}

test('a run that ends is told, signed, also by a receiver that fails twice and hangs', async () => {
  script = ['fail', 'hang', 'fail']
  await open()
  const id = await endedRun()
  await requests(4)
  expect(received.map(({ act }) => act)).toEqual(['fail', 'hang', 'fail', 'take'])
  expect(new Set(received.map(({ alert }) => alert.id)).size).toBe(1)
  const { alert, body, signature } = received[3]!
  expect(alert).toMatchObject({
    kind: 'run-ended',
    run: { id, dataset: 'dogs@1', state: 'succeeded', link: `https://whippet.example/runs/${id}` },
  })
  for (const { body: each, signature: signed } of received)
    expect(isSigned(signed, each, settings.secret)).toBe(true)
  expect(isSigned(signature, body.replace('succeeded', 'failed'), settings.secret)).toBe(false)
  expect(isSigned(signature, body, 'another secret')).toBe(false)
  await expect
    .poll(() => alerts!.deliveries())
    .toMatchObject([{ id: alert.id, tries: 4, deliveredAt: expect.any(String) }])
})

test('an alert that nobody has received yet is sent after a restart', async () => {
  script = ['fail']
  const log = readableLog(() => undefined)
  alerts = await openAlerts({ store, dataDir, url: () => url, log, delay: () => 1000, timeoutMs: 300 })
  const id = await endedRun('failed')
  await requests(1)
  await alerts.close()
  expect(received[0]!.alert).toMatchObject({
    kind: 'run-failed',
    run: { id },
    problem: { code: 'training/diverged' },
  })
  await open()
  await requests(2)
  expect(received[1]!.alert).toEqual(received[0]!.alert)
})

test('a run that ended while no server was there to tell is told at the next start, and only once', async () => {
  const id = await endedRun()
  await open()
  await requests(1)
  expect(received[0]!.alert.run?.id).toBe(id)
  await alerts!.close()
  await open()
  const other = await endedRun()
  await requests(2)
  expect(received.map(({ alert }) => alert.run?.id)).toEqual([id, other])
})

test('somebody has to decide, and only what was asked for is told', async () => {
  await writeAlertSettings(dataDir, { url, on: ['decision-needed'] })
  const { decisionNeeded } = await open()
  await endedRun()
  await decisionNeeded({ code: 'space/short', says: 'The disk is full.' })
  await requests(1)
  expect(received.map(({ alert }) => [alert.kind, alert.says])).toEqual([
    ['decision-needed', 'The disk is full.'],
  ])
})

test('no redirect is followed, and a test alert says why it was not received', async () => {
  script = ['redirect']
  await expect(sendTest(settings)).rejects.toMatchObject({
    code: 'alerts/undelivered',
    says: expect.stringContaining('302'),
  })
  await sendTest(settings)
  expect(received.map(({ alert }) => alert.kind)).toEqual(['test', 'test'])
})

test.each(['http://169.254.169.254/latest', 'http://[fe80::1]/', 'http://[fd00:ec2::254]/'])(
  '%s is never asked',
  async (address) => {
    const alert: Alert = { version: 1, id: 'x', kind: 'test', at: new Date().toISOString(), says: 'x' }
    await expect(sendAlert(alert, { url: address, secret: 'x'.repeat(20) })).rejects.toMatchObject({
      code: 'alerts/forbidden-address',
    })
  },
)

test('a signature holds for its time, and not much longer', () => {
  const signed = `t=1000,v1=${signatureOf('secret', 1000, 'body')}`
  expect(isSigned(signed, 'body', 'secret', { now: 1200 })).toBe(true)
  expect(isSigned(signed, 'body', 'secret', { now: 1400 })).toBe(false)
  expect(isSigned('nonsense', 'body', 'secret')).toBe(false)
})
