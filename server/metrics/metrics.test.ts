import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Run, reduceRun } from '../../lib/run/run.ts'
import { jsonLog } from '../log/log.ts'
import {
  importPictures,
  type Json,
  removeFolder,
  startTestServer,
  type TestServer,
} from '../testing/server.ts'
import { queueRun } from '../worker/queue-run.ts'

/** A server that others can reach, and what it wrote into its log. */
let server: TestServer
let bearer: { authorization: string }
const lines: Json[] = []
beforeAll(async () => {
  const said: string[] = []
  const log = jsonLog({ write: (line: string) => lines.push(JSON.parse(line)) })
  server = await startTestServer({ host: '0.0.0.0', say: (line) => said.push(line), log })
  bearer = { authorization: `Bearer ${/told this once: ([\w-]+)/.exec(said.join('\n'))![1]!}` }
})
afterAll(async () => {
  await server.stop()
  await removeFolder(server.dataDir)
})

async function metrics(): Promise<string> {
  const response = await fetch(`${server.url}/metrics`, { headers: bearer })
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4')
  return response.text()
}

/** The value of one series. */
function seriesIn(text: string, series: string): number {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `))
  if (!line) throw new Error(`no ${series} in\n${text}`)
  return Number(line.slice(series.length + 1))
}

test('health is told without token, metrics only with it', async () => {
  expect(await server.ask('/healthz')).toEqual({ status: 200, body: { alive: true } })
  expect(await server.ask('/readyz')).toEqual({
    status: 200,
    body: {
      ready: true,
      checks: [
        { name: 'database', ok: true },
        { name: 'queue', ok: true },
      ],
    },
  })
  expect(await server.ask('/metrics')).toMatchObject({
    status: 401,
    body: { problem: { code: 'auth/token' } },
  })
  expect(await metrics()).toContain('process_cpu_seconds_total')
})

test('metrics follow a run through the queue to its end, and the log says so with run and attempt', async () => {
  const dataset = await importPictures(server)
  const { worker } = server.parts
  let run: Run | undefined
  let whileRunning: Promise<string> | undefined
  const over = new Promise<void>((resolve) => {
    worker.store.runs.subscribeToAll((_, event) => {
      run = reduceRun(run, event)
      if (event.type === 'started') whileRunning = metrics()
      if (event.type === 'succeeded' || event.type === 'failed') resolve()
    })
  })
  const queued = await queueRun(worker, { dataset })
  await over
  expect(run!.state.status).toBe('succeeded')
  const during = await whileRunning!
  expect(seriesIn(during, 'whippet_devices{state="busy"}')).toBe(1)
  expect(seriesIn(during, 'whippet_runs{state="queued"}')).toBe(0)
  const after = await metrics()
  expect(seriesIn(after, 'whippet_devices{state="busy"}')).toBe(0)
  expect(seriesIn(after, 'whippet_runs_ended_total{state="succeeded"}')).toBe(1)
  expect(seriesIn(after, 'whippet_event_lag_seconds_count')).toBe(run!.seq)
  expect(seriesIn(after, 'whippet_feature_cache_bytes')).toBeGreaterThan(16 * 1280 * 4)
  expect(seriesIn(after, 'whippet_disk_free_bytes')).toBeGreaterThan(
    seriesIn(after, 'whippet_disk_reserve_bytes'),
  )
  expect(
    seriesIn(
      after,
      'whippet_http_request_duration_seconds_count{method="GET",route="/metrics",status="2xx"}',
    ),
  ).toBe(2)

  const own = lines.filter((line) => line.run === queued.id)
  expect(own.map(({ attempt, msg }) => [attempt, msg])).toEqual(
    expect.arrayContaining([
      [0, `queued on ${queued.dataset.name}`],
      [1, 'training'],
      [1, 'succeeded'],
    ]),
  )
})
