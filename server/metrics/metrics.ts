import type { IncomingMessage, ServerResponse } from 'node:http'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Device } from '../../lib/api/machine.ts'
import type { RunState } from '../../lib/run/state.ts'
import type { Space } from '../space/space.ts'
import type { Store } from '../store/open.ts'
import type { RunBoard } from '../worker/board.ts'
import type { NameRoute } from './routes.ts'

/** Figures of a running server, for Prometheus. */
export type Metrics = {
  /** Times a request until its answer has left. */
  time(request: IncomingMessage, response: ServerResponse): void
  answer(response: ServerResponse): Promise<void>
  close(): void
}

export type MetricsSettings = {
  readonly board: Pick<RunBoard, 'all'>
  readonly store: Pick<Store, 'runs'>
  readonly devices: () => Promise<readonly Device[]>
  readonly space: () => Promise<Space>
  readonly nameRoute: NameRoute
}

const UNFINISHED: readonly RunState['status'][] = [
  'queued',
  'preparing',
  'extracting',
  'training',
  'evaluating',
  'interrupted',
]

export function openMetrics(settings: MetricsSettings): Metrics {
  const { board, store, devices, space, nameRoute } = settings
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })

  new Gauge({
    name: 'whippet_runs',
    help: 'Runs that are not over, by state.',
    labelNames: ['state'],
    registers,
    collect() {
      const runs = board.all()
      for (const state of UNFINISHED) {
        this.set({ state }, runs.filter((run) => run.state.status === state).length)
      }
    },
  })
  new Gauge({
    name: 'whippet_devices',
    help: 'Devices of this machine, by whether a run holds them.',
    labelNames: ['state'],
    registers,
    async collect() {
      const all = await devices()
      const busy = all.filter(({ run }) => run !== undefined).length
      this.set({ state: 'busy' }, busy)
      this.set({ state: 'free' }, all.length - busy)
    },
  })
  new Gauge({
    name: 'whippet_images_per_second',
    help: 'Pictures that are being extracted per second, over all devices.',
    registers,
    async collect() {
      this.set((await devices()).reduce((sum, { imagesPerSecond = 0 }) => sum + imagesPerSecond, 0))
    },
  })
  for (const [name, help, pick] of SPACE) {
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(pick(await space()))
      },
    })
  }
  const ended = new Counter({
    name: 'whippet_runs_ended_total',
    help: 'Runs that ended since the server started, by how.',
    labelNames: ['state'],
    registers,
  })
  for (const state of ['succeeded', 'stopped', 'failed']) ended.inc({ state }, 0)
  const lag = new Histogram({
    name: 'whippet_event_lag_seconds',
    help: 'From an event of a run being numbered to its being stored and told to watchers.',
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  })
  const requests = new Histogram({
    name: 'whippet_http_request_duration_seconds',
    help: 'From a request to the end of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
    registers,
  })
  const unsubscribe = store.runs.subscribeToAll((_run, { type, at }) => {
    lag.observe(Math.max(0, Date.now() - Date.parse(at)) / 1000)
    if (type === 'succeeded' || type === 'stopped' || type === 'failed') ended.inc({ state: type })
  })

  return {
    time(request, response) {
      const { method = 'GET' } = request
      const route = nameRoute((request.url ?? '/').split('?', 1)[0]!)
      const end = requests.startTimer({ method: METHODS.has(method) ? method : 'other', route })
      response.once('close', () => end({ status: `${Math.floor(response.statusCode / 100)}xx` }))
    },
    async answer(response) {
      const text = await registry.metrics()
      response.setHeader('content-type', registry.contentType)
      response.setHeader('cache-control', 'no-store')
      response.end(text)
    },
    close: unsubscribe,
  }
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

const SPACE: readonly (readonly [name: string, help: string, pick: (space: Space) => number])[] = [
  ['whippet_disk_free_bytes', 'Free where the data folder lies.', ({ freeBytes }) => freeBytes],
  [
    'whippet_disk_reserve_bytes',
    'Free space below which no run is begun.',
    ({ reserveBytes }) => reserveBytes,
  ],
  ['whippet_feature_cache_bytes', 'What the feature cache takes.', ({ cacheBytes }) => cacheBytes],
]
