import type { DatasetDetail, DatasetSummary } from '../lib/api/datasets.ts'
import type { DatasetVersion } from '../lib/dataset/dataset.ts'
import { Problem } from '../lib/problem.ts'
import { shownAlerts } from './alerts/shown.ts'
import { shownDevices } from './devices/shown.ts'
import { listBackbones } from './machine/backbones.ts'
import type { Parts } from './parts.ts'
import type { Services } from './services.ts'
import { spaceOf } from './space/space.ts'
import { queueState } from './worker/answers.ts'
import { machineName } from './worker/presence-of.ts'

/** The dataset version as lists show it, and as its page does. */
type ShownVersion = { summary(version: DatasetVersion): Promise<DatasetSummary> }

/** What pages and REST read of a running server's parts. */
export function makeServices(parts: Omit<Parts, 'services'>, { guarded }: { guarded: boolean }): Services {
  const { worker, imports, tunes, bundles, sharing, engines, alerts } = parts
  const { store, board, dataDir } = worker
  const find: Services['runs']['find'] = async (id) => board.find(id) ?? store.runs.find(id)
  const { summary } = shownVersions(parts)
  return {
    guarded,
    runs: { find, list: (limit) => store.runs.list(limit) },
    datasets: {
      async list() {
        const latest = new Map<string, DatasetVersion>()
        for (const version of await store.datasets.list()) {
          if (!latest.has(version.dataset)) latest.set(version.dataset, version)
        }
        const newestFirst = [...latest.values()].sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
        return Promise.all(newestFirst.map(summary))
      },
      async find(nameOrId) {
        const version = await store.datasets.find(nameOrId)
        return version && detail(version)
      },
      pictures: (versionId, query) => store.datasets.page(versionId, query),
    },
    tunes: {
      list: () => tunes.list(),
      find: async (id) => tunes.find(id).catch(undefinedWhereUnknown),
    },
    queue: () => queueState(worker),
    imports: { list: async () => imports.list() },
    machine: {
      space: () => spaceOf(dataDir),
      backbones: () => listBackbones(dataDir),
      engines: () => engines.list(),
      devices: async () =>
        shownDevices({
          machine: machineName(),
          devices: await worker.devices(),
          team: await worker.team(),
          holder: worker.holder,
          find: board.find,
        }),
    },
    alerts: { shown: () => shownAlerts(dataDir, alerts) },
    models: {
      async bundle(id) {
        const run = await find(id)
        if (run) return bundles.state(run)
        return { status: 'none', why: { code: 'runs/unknown', says: `There is no run "${id}".` } }
      },
    },
    shares: {
      list: (run) => sharing.list(run),
      async open(token) {
        const share = await sharing.open(token)
        const run = share && (await find(share.run))
        return share && run && { share, run }
      },
    },
  }

  async function detail(version: DatasetVersion): Promise<DatasetDetail | undefined> {
    const report = await store.datasets.report(version.id)
    if (!report) return undefined
    const perClass = await store.datasets.perClass(version.id, version.classes.length)
    const { from, seed, shares } = version.split
    return { ...(await summary(version)), split: { from, seed, shares: { ...shares } }, perClass, report }
  }
}

/** Versions never change, so what is read of one is read once. */
function shownVersions({ worker }: Pick<Parts, 'worker'>): ShownVersion {
  const covers = new Map<string, Promise<string[]>>()
  return {
    async summary({ id, dataset, version, classes, counts, createdAt }) {
      if (!covers.has(id)) {
        const cover = worker.store.datasets.covers([id]).then((found) => found.get(id) ?? [])
        covers.set(id, cover)
        cover.catch(() => covers.delete(id))
      }
      return { id, dataset, version, classes: [...classes], counts, createdAt, cover: await covers.get(id)! }
    },
  }
}

function undefinedWhereUnknown(thrown: unknown): undefined {
  if (thrown instanceof Problem && thrown.code === 'tunes/unknown') return undefined
  throw thrown
}
