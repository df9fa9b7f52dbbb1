import type { NewTune, Tune } from '../../../lib/api/tunes.ts'
import { isOver, type Run } from '../../../lib/run/run.ts'
import type { RunSettings } from '../../../lib/run/settings.ts'
import { tuneOf } from '../../../lib/tuning/tune.ts'
import { askOwner } from '../../owner/control.ts'
import { gone } from '../../owner/owned-datasets.ts'
import { changesTable, makeBell } from '../../tuning/bell.ts'
import { doTune, findTune, runsOfTune } from '../../tuning/do-tune.ts'
import { planTune } from '../../tuning/plan-tune.ts'
import { folderId } from '../../worker/folder-id.ts'
import type { Worker } from '../../worker/open.ts'
import { asOwner, type Context, readingOwn } from '../context.ts'
import { followRun, progressLine, WAIT_MS } from '../follow.ts'
import { tuneTeller } from './words.ts'

/** Begins a tune where no server is, and does it; a signal ends it and keeps the best so far. */
export function tuneAlone(context: Context, wanted: NewTune, signal: AbortSignal): Promise<Tune> {
  return asOwner(context, async (worker) => {
    await readingOwn(worker).findDataset(wanted.run.dataset)
    const plan = await planTune(worker, wanted)
    const { id } = await worker.store.tunes.create(plan, await folderId(worker.dataDir))
    context.output.say(`tune ${id} on ${plan.dataset}`)
    return doAlone(worker, id, context, signal)
  })
}

/** Goes on with a tune whose process was killed; shows one that is over. @throws Problem `tunes/unknown`. */
export function goOnAlone(context: Context, wanted: string, signal: AbortSignal): Promise<Tune> {
  return asOwner(context, async (worker) => {
    const { id } = await findTune(worker.store, wanted)
    return doAlone(worker, id, context, signal)
  })
}

async function doAlone(worker: Worker, id: string, { output }: Context, signal: AbortSignal): Promise<Tune> {
  const { store } = worker
  const bell = makeBell()
  const tell = tuneTeller(output)
  const view = async () => tuneOf(await findTune(store, id), await runsOfTune(store, id))
  const unsubscribe = store.runs.subscribeToAll((_, event) => {
    if (changesTable(event)) bell.ring()
  })
  let stopping: Promise<void> | undefined
  const stop = () => {
    stopping ??= store.tunes.requestStop(id).finally(() => bell.ring())
  }
  signal.addEventListener('abort', stop)

  async function train(run: Run): Promise<void> {
    const trial = run.settings.trial!
    const draw = followRun(
      run,
      {
        ...output,
        say: () => undefined,
        progress: (line) => output.progress(`trial ${trial.number}: ${line}`),
      },
      { curves: false },
    )
    const unfollow = store.runs.subscribe(run.id, draw)
    try {
      const supervised = await worker.start(run)
      const end = () => void supervised.stop()
      signal.addEventListener('abort', end)
      if (signal.aborted) end()
      await supervised.ended.finally(() => signal.removeEventListener('abort', end))
    } finally {
      unfollow()
      await stopping
    }
    tell(await view())
  }

  try {
    // What a server had begun nobody does now.
    for (const run of await runsOfTune(store, id)) if (!isOver(run.state)) await train(run)
    await doTune(id, {
      store,
      bell,
      places: 1,
      signal: new AbortController().signal,
      begin: async (settings: RunSettings) => {
        const version = await store.datasets.find(settings.dataset)
        await train(await store.runs.create(settings, version!))
      },
      stop: (run) => worker.stop(run.id),
    })
    return await view()
  } finally {
    signal.removeEventListener('abort', stop)
    unsubscribe()
  }
}

/** Draws a tune that the server of the data folder does, to its end. @throws the signal's reason; Problem `owner/gone`. */
export async function followServed(context: Context, begun: Tune, signal: AbortSignal): Promise<Tune> {
  const { dataDir, output } = context
  const tell = tuneTeller(output)
  let tune = begun
  tell(tune)
  while (tune.status === 'running') {
    signal.throwIfAborted()
    const { id, revision } = tune
    const answer = await askOwner(dataDir, { type: 'tune-state', tune: id, revision, waitMs: WAIT_MS })
    if (!answer) throw gone()
    tune = answer.tune
    tell(tune)
    const going = tune.trials.find(({ state, run }) => run && !OVER.includes(state))
    const shown = going && (await askOwner(dataDir, { type: 'run', run: going.run! }))
    const line = shown?.run && progressLine(shown.run)
    if (going && line) output.progress(`trial ${going.trial}: ${line}`)
  }
  return tune
}

const OVER: readonly string[] = ['succeeded', 'stopped', 'failed']
