import { resolve } from 'node:path'
import type { DatasetVersion } from '../../lib/dataset/dataset.ts'
import { Problem } from '../../lib/problem.ts'
import type { Run } from '../../lib/run/run.ts'
import { askOwner } from '../owner/control.ts'
import type { Store } from '../store/open.ts'
import { openWorker, unknownRun, type Worker } from '../worker/open.ts'
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

/** A run by its id or the beginning of it, whoever owns the data folder. @throws Problem `runs/unknown`. */
export async function findRun(context: Context, wanted: string): Promise<Run> {
  const answer = await askOwner(context.dataDir, { type: 'run', run: wanted })
  const run = answer ? answer.run : await asOwner(context, ({ store }) => store.runs.find(wanted))
  if (!run) throw unknownRun(wanted)
  return run
}

/** @throws Problem `datasets/unknown` that lists what there is. */
export async function findDataset(store: Store, wanted: string): Promise<DatasetVersion> {
  const version = await store.datasets.find(wanted)
  if (version) return version
  const names = [...new Set((await store.datasets.list()).map(({ dataset }) => dataset))]
  throw new Problem('datasets/unknown', {
    says: `There is no dataset "${wanted}".`,
    advice:
      names.length > 0
        ? `There are ${names.join(', ')}.`
        : 'Import one first: whippet import PATH --name NAME.',
  })
}

/** Aborted by the first Ctrl-C; the second one ends the process. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130)
      controller.abort(new Problem('cli/interrupted', { says: 'Interrupted.' }))
    })
  }
  return controller.signal
}
