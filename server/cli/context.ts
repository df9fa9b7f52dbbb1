import { resolve } from 'node:path'
import type { DatasetVersion } from '../../lib/dataset/dataset.ts'
import { Problem } from '../../lib/problem.ts'
import type { Run } from '../../lib/run/run.ts'
import { askOwner } from '../owner/control.ts'
import { gone, ownedDatasets, type ReadDatasets } from '../owner/owned-datasets.ts'
import { openWorker, type Worker } from '../worker/open.ts'
import { unknownRun } from '../worker/run-problems.ts'
import { createOutput, type Output } from './output.ts'

/** What every command works with. */
export type Context = {
  readonly dataDir: string
  readonly databaseUrl: string | undefined
  readonly output: Output
}

export function contextOf({ json }: { json?: boolean | undefined }): Context {
  return {
    dataDir: resolve(process.env.WHIPPET_DATA || '.whippet'),
    databaseUrl: process.env.DATABASE_URL || undefined,
    output: createOutput(json ?? false),
  }
}

/** Does `work` as the owner of the data folder, and leaves it in order whatever happens. */
export async function asOwner<T>(context: Context, work: (worker: Worker) => Promise<T>): Promise<T> {
  const worker = await openWorker(context)
  try {
    return await work(worker)
  } finally {
    await worker.close()
  }
}

/** What a command reads of a data folder, whoever owns it. */
export type Reading = {
  readonly datasets: ReadDatasets
  /** By its id, or the beginning of it. @throws Problem `runs/unknown`. */
  findRun(wanted: string): Promise<Run>
  /** @throws Problem `datasets/unknown` that lists what there is. */
  findDataset(wanted: string): Promise<DatasetVersion>
}

/** Does `work` on what the folder's owner knows: a running server's answers, or our own as long as it takes. */
export async function reading<T>(context: Context, work: (reading: Reading) => Promise<T>): Promise<T> {
  const { dataDir } = context
  const isOwned = (await askOwner(dataDir, { type: 'dataset', name: '' })) !== undefined
  return isOwned ? work(readingOwned(dataDir)) : asOwner(context, (worker) => work(readingOwn(worker)))
}

function readingOwned(dataDir: string): Reading {
  return {
    datasets: ownedDatasets(dataDir),
    async findRun(wanted) {
      const answer = await askOwner(dataDir, { type: 'run', run: wanted })
      if (!answer) throw gone()
      return answer.run ?? missingRun(wanted)
    },
    async findDataset(wanted) {
      const answer = await askOwner(dataDir, { type: 'dataset', name: wanted })
      if (!answer) throw gone()
      return answer.dataset ?? missingDataset(wanted, answer.names)
    },
  }
}

export function readingOwn({ store }: Worker): Reading {
  return {
    datasets: store.datasets,
    findRun: async (wanted) => (await store.runs.find(wanted)) ?? missingRun(wanted),
    async findDataset(wanted) {
      const version = await store.datasets.find(wanted)
      if (version) return version
      return missingDataset(wanted, [...new Set((await store.datasets.list()).map(({ dataset }) => dataset))])
    },
  }
}

function missingRun(wanted: string): never {
  throw unknownRun(wanted)
}

function missingDataset(wanted: string, names: readonly string[]): never {
  throw new Problem('datasets/unknown', {
    says: `There is no dataset "${wanted}".`,
    advice:
      names.length > 0
        ? `There are ${names.join(', ')}.`
        : 'Import one first: whippet import PATH --name NAME.',
  })
}

/** One Ctrl-C may come several times: the terminal sends it to every process, and npm and our launcher pass it on. */
const SAME_SIGNAL_MS = 500

/** Aborted by the first Ctrl-C or SIGTERM; the second one ends the process. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController()
  let first = 0
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) {
        if (performance.now() - first > SAME_SIGNAL_MS) process.exit(130)
        return
      }
      first = performance.now()
      controller.abort(new Problem('cli/interrupted', { says: 'Interrupted.' }))
    })
  }
  return controller.signal
}
