import { createServer } from 'node:http'
import { Server as LiveServer } from 'socket.io'
import { summaryOf } from '../lib/api/runs.ts'
import { LIVE_PATH } from '../lib/live/protocol.ts'
import { isOver } from '../lib/run/run.ts'
import { buildPages } from './http/build-pages.ts'
import { listen } from './http/listen.ts'
import { openPages, type Pages } from './http/pages.ts'
import { listBackbones } from './machine/backbones.ts'
import { devicesOf } from './machine/devices.ts'
import { provideServices, type Services } from './services.ts'
import { checkAddress, isLoopback, type Settings } from './settings.ts'
import { openWorker, type Worker } from './worker/open.ts'

/** A server that answers. */
export type Running = {
  readonly url: string
  /** Ends everything that it started, runs included. */
  stop(): Promise<void>
}

/** Starts the server on a data folder: pages, REST and live events on one port. */
export async function startServer(settings: Settings): Promise<Running> {
  checkAddress(settings)
  const { say = () => undefined, pages: mode } = settings
  if (mode === 'built') await buildPages(say)
  const worker = await openWorker(settings)
  const http = createServer((request, response) => void pages?.handle(request, response))
  const live = new LiveServer(http, { path: LIVE_PATH, serveClient: false })
  let pages: Pages | undefined
  provideServices(servicesOf(worker, settings))
  if (mode !== 'none') pages = await openPages(http, { dev: mode === 'dev' })
  const port = await listen(http, settings.host, settings.port)
  const name = isLoopback(settings.host) ? 'localhost' : settings.host
  return {
    url: `http://${name}:${port}`,
    async stop() {
      await live.close()
      http.closeAllConnections()
      await pages?.close()
      await worker.close()
    },
  }
}

function servicesOf({ store, dataDir }: Worker, { host }: Settings): Services {
  const running = async () =>
    (await store.runs.list()).find(({ state }) => !isOver(state) && state.status !== 'queued')
  return {
    runs: {
      list: async (limit) => (await store.runs.list()).slice(0, limit).map(summaryOf),
      find: (id) => store.runs.find(id),
    },
    datasets: {
      list: async () =>
        (await store.datasets.list()).map((version) => ({
          ...version,
          classes: [...version.classes],
          cover: [],
        })),
      find: async () => undefined,
      pictures: async () => ({ total: 0, pictures: [] }),
    },
    imports: { list: async () => [] },
    machine: { backbones: () => listBackbones(dataDir), devices: async () => devicesOf(await running()) },
    models: {
      bundle: async () => ({
        status: 'none',
        why: { code: 'runs/no-model', says: 'The run has kept no model.' },
      }),
    },
    shares: { list: async () => [], open: async () => undefined },
    guarded: !isLoopback(host),
  }
}
