import { createServer } from 'node:http'
import { networkInterfaces } from 'node:os'
import { resolve } from 'node:path'
import { Problem, type ProblemSummary } from '../lib/problem.ts'
import { openAlerts } from './alerts/alerts.ts'
import { adminToken } from './auth/admin-token.ts'
import { keepDumps } from './backup/periodic.ts'
import { openBlobs } from './blobs/blobs.ts'
import { openMachineSpeed } from './calibration/lazily.ts'
import { openEngineDesk } from './engines/check/desk.ts'
import { openEvaluations } from './evaluation/evaluations.ts'
import { readinessOf } from './health/health.ts'
import { createApi, pathsOf } from './http/api/api.ts'
import { frontOf } from './http/front.ts'
import { listen } from './http/listen.ts'
import { type Pages, startPages } from './http/pages.ts'
import { openUploads } from './http/uploads.ts'
import { openImports } from './imports/imports.ts'
import { readableLog } from './log/log.ts'
import { logRuns } from './log/run-lines.ts'
import { makeServices } from './make-services.ts'
import { openMetrics } from './metrics/metrics.ts'
import { routeNames } from './metrics/routes.ts'
import { openBundles } from './models/bundles.ts'
import { openExports } from './models/exports.ts'
import { openPredictor } from './models/predictor.ts'
import { shareAll } from './objects/share-all.ts'
import { openSharedFiles } from './objects/shared-files.ts'
import type { Parts } from './parts.ts'
import { type Live, startLive } from './realtime/live.ts'
import { provideServices } from './services.ts'
import { checkAddress, isLoopback, type Settings } from './settings.ts'
import { sharingOn } from './sharing/sharing.ts'
import { guardSpace, type SpaceGuard } from './space/guard.ts'
import { spaceOf } from './space/space.ts'
import { openTunes } from './tuning/tunes.ts'
import { openViewer } from './views/viewer.ts'
import { openWorker, type Worker } from './worker/open.ts'
import { serverAnswers } from './worker/server-answers.ts'

/** A server that answers. */
export type Running = {
  readonly url: string
  readonly parts: Parts
  /** Resolves once pages are served; until then a holding page stands in for each. */
  readonly pagesSettled: Promise<void>
  /** Ends everything that it started. Runs that are not over go on when their data folder is served again. */
  stop(): Promise<void>
}

/**
 * Starts the server on a data folder: pages, REST and live events on one port.
 *
 * @throws Problem `server/…`, `owner/taken`, `owner/folder`, `store/…`, `auth/damaged-token`.
 */
export async function startServer(given: Settings): Promise<Running> {
  checkAddress(given)
  const settings = { ...given, dataDir: resolve(given.dataDir) }
  const { dataDir, host, pages: mode, say = () => undefined } = settings
  const log = settings.log ?? readableLog(say)
  await share(dataDir, say)
  const ends: (() => unknown)[] = []
  const onEnd = <T>(part: T, end: (part: T) => unknown): T => {
    ends.unshift(() => end(part))
    return part
  }
  let stopping = false
  const stop = async () => {
    stopping = true
    for (const end of ends.splice(0)) await end()
  }
  try {
    let live: Live | undefined
    let guard: SpaceGuard | undefined
    let url = ''
    let serving: Parts | undefined
    let pages: Pages | undefined
    const worker = onEnd(
      await openWorker({
        ...settings,
        log,
        queue: {
          beforeBegin: async () => guard?.look(),
          onEnded: (run) => {
            // Trials are asked for their figures, not for their models.
            if (!run.settings.trial)
              void serving?.bundles.state(run).catch((thrown) => log.problem(Problem.from(thrown)))
            void guard?.trim()
          },
        },
        answers: (owner: Worker) =>
          serverAnswers(owner, {
            imports: () => serving?.imports,
            tunes: () => serving?.tunes,
            url: () => url,
          }),
      }),
      (opened) => opened.close(),
    )
    const queue = await worker.queue()
    onEnd(
      queue.subscribe(() => live?.queueChanged()),
      (end) => end(),
    )
    if (settings.log) onEnd(logRuns(worker.store, log), (end) => end())
    guard = onEnd(guardSpace({ dataDir, queue: worker, log, onChange: queueChanged }), (started) =>
      started.close(),
    )
    void guard.trim()
    const alerts = onEnd(await openAlerts({ store: worker.store, dataDir, url: () => url, log }), (opened) =>
      opened.close(),
    )
    function queueChanged(paused: ProblemSummary | undefined): void {
      live?.queueChanged()
      if (paused) void serving?.alerts.decisionNeeded(paused)
    }
    if (!settings.databaseUrl) {
      onEnd(keepDumps({ store: worker.store, dataDir, log }), (dumps) => dumps.close())
    }
    const uploads = onEnd(await openUploads(dataDir), (opened) => opened.close())
    const imports = onEnd(
      await openImports({
        store: worker.store,
        dataDir,
        uploads: uploads.folder,
        onChange: () => live?.importChanged(),
      }),
      (opened) => opened.close(),
    )
    const bundles = onEnd(
      await openBundles({ dataDir, onChange: (run, state) => live?.bundleChanged(run, state) }),
      (opened) => opened.close(),
    )
    const tunes = onEnd(
      await openTunes(worker, {
        log: (problem) => log.problem(problem),
        shared: settings.databaseUrl !== undefined,
      }),
      (opened) => opened.close(),
    )
    const evaluations = onEnd(openEvaluations(worker), (opened) => opened.close())
    const exports = onEnd(await openExports(dataDir), (opened) => opened.close())
    const viewer = onEnd(openViewer(), (opened) => opened.close())
    const predictor = onEnd(await openPredictor({ dataDir }), (opened) => opened.close())
    const speed = onEnd(
      openMachineSpeed({
        dataDir,
        devices: worker.devices,
        isBusy: (device) => worker.holder(device) !== undefined,
        log: (problem) => log.problem(problem),
      }),
      (opened) => opened.close(),
    )
    const token = isLoopback(host) ? undefined : await adminToken(dataDir, { another: settings.newToken })
    const without = {
      alerts,
      worker,
      imports,
      tunes,
      evaluations,
      exports,
      bundles,
      predictor,
      viewer,
      speed,
      sharing: sharingOn(worker.store),
      engines: onEnd(openEngineDesk(), (desk) => desk.close()),
      uploads: uploads.folder,
    }
    const parts: Parts = { ...without, services: makeServices(without, { guarded: token !== undefined }) }
    serving = parts
    const api = createApi(parts, { blobs: await openBlobs(dataDir), log: (problem) => log.problem(problem) })
    const { store, board } = worker
    const metrics = onEnd(
      openMetrics({
        board,
        store,
        devices: async () => (await parts.services.machine.devices()).filter(({ machine }) => !machine),
        space: () => spaceOf(dataDir),
        nameRoute: routeNames(pathsOf(api)),
      }),
      (opened) => opened.close(),
    )
    const health = () =>
      readinessOf({
        store,
        queueTakenUp: () => !stopping,
        pages: () => (mode === 'none' ? undefined : (pages?.state() ?? { ready: false })),
      })
    const http = createServer(
      frontOf({ token, api, uploads, pages: () => pages, dev: mode === 'dev', health, metrics }),
    )
    // A large upload over a slow line takes its time; what breaks off goes on from where it was.
    http.requestTimeout = LONGEST_REQUEST_MS
    live = onEnd(startLive(http, parts, { token, databaseUrl: settings.databaseUrl }), (started) =>
      started.close(),
    )
    onEnd(http, (server) => server.closeAllConnections())
    onEnd(provideServices(parts.services), (takeAway) => takeAway())
    const port = await listen(http, host, settings.port)
    if (mode !== 'none') {
      pages = onEnd(startPages(http, { dev: mode === 'dev', say }), (started) => started.close())
    }
    url = `http://${isLoopback(host) ? 'localhost' : nameOf(host)}:${port}`
    // First of all: trainers write their checkpoints while the rest is closed.
    onEnd(worker, (taking) => void taking.drain())
    if (token) sayHowToReach(say, { host, port, made: token.made })
    return { url, parts, pagesSettled: pages?.settled ?? Promise.resolve(), stop }
  } catch (thrown) {
    await stop()
    throw thrown
  }
}

/** Where the team shares its files: what this data folder has is there before anybody else may ask for it. */
async function share(dataDir: string, say: (line: string) => void): Promise<void> {
  const shared = await openSharedFiles(dataDir)
  await shareAll(dataDir, shared, (sent, of) => {
    if (sent === of || sent % 1000 === 0)
      say(`sharing this data folder over ${shared.place}: ${sent} of ${of} files`)
  })
}

const LONGEST_REQUEST_MS = 6 * 3600 * 1000

/** Where others find the server, and, once, the token that lets them in. */
function sayHowToReach(
  say: (line: string) => void,
  { host, port, made }: { host: string; port: number; made: string | undefined },
): void {
  const isAny = host === '0.0.0.0' || host === '::'
  const names = isAny ? outerAddresses() : [nameOf(host)]
  if (made) say(`The admin token, told this once: ${made}`)
  for (const name of names) say(`Others reach it at http://${name}:${port}/${made ? `?token=${made}` : ''}`)
}

function outerAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return all.flatMap(({ family, internal, address }) => (family === 'IPv4' && !internal ? [address] : []))
}

/** An address that stands for all of the machine's is no name to open. */
function nameOf(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
