import { Command } from 'commander'
import { LOOKS } from '../../../lib/classify/look.ts'
import { Problem } from '../../../lib/problem.ts'
import type { Run } from '../../../lib/run/run.ts'
import { parseSet, type RunSettings, runSettingsSchema, settableKeys } from '../../../lib/run/settings.ts'
import { demandPossible, findBackbone } from '../../backbones/find.ts'
import { askOwner } from '../../owner/control.ts'
import type { Worker } from '../../worker/open.ts'
import { DEFAULT_BACKBONE } from '../../worker/queue-run.ts'
import { asOwner, type Context, contextOf, interruptSignal, readingOwn } from '../context.ts'
import { evaluationText } from '../evaluation-text.ts'
import { followRun, followToEnd, servedEvents } from '../follow.ts'
import type { Output } from '../output.ts'
import { collect } from '../usage.ts'

const STRATEGIES = ['feature-extraction'] as const

type Options = {
  dataset: string
  backbone: string
  strategy: string
  set?: string[]
  follow?: boolean
  json?: boolean
}

export function trainCommand(): Command {
  return new Command('train')
    .description('train a head on a frozen backbone, evaluate it on the test split, keep it')
    .requiredOption('--dataset <name>', 'a dataset, or one version of it: dogs, dogs@2')
    .option('--backbone <id>', 'see "whippet backbones"', DEFAULT_BACKBONE)
    .option('--strategy <strategy>', `what is trained: ${STRATEGIES.join(', ')}`, STRATEGIES[0])
    .option('--set <key=value>', `a setting; again for more: ${settableKeys().join(', ')}`, collect)
    .option('--follow', 'draw the curves as they grow')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Ctrl-C stops the run at its next step and keeps the best so far. With a server on the data folder the run is queued there
and goes on without this command, which returns at once unless it follows.

Examples:
  whippet train --dataset flowers --follow
  whippet train --dataset dogs --backbone tf_efficientnet_lite2 --set l2=1e-3
  whippet train --dataset dogs --set solver=sgd --set epochs=20 --set learningRate=0.05
Looks (how often a picture is looked at): ${LOOKS.join(', ')}.`,
    )
    .action(async (options: Options) => {
      const context = contextOf(options)
      const settings = await settingsOf(options, context)
      const { output } = context
      const queued = await askOwner(context.dataDir, {
        type: 'train',
        settings: { ...settings, dataset: options.dataset },
      })
      if (queued && !options.follow) {
        const { id, dataset } = queued.run
        return output.result({ run: id, status: 'queued' }, `run ${id} on ${dataset.name} is queued`)
      }
      const follow = { curves: options.follow ?? false, signal: interruptSignal() }
      if (queued) output.say(`run ${queued.run.id}; Ctrl-C ends the following, not the run`)
      const run = queued
        ? await followToEnd(queued.run, output, {
            ...follow,
            eventsAfter: servedEvents(context.dataDir, queued.run.id),
          })
        : await asOwner(context, (worker) => trainRun(worker, options.dataset, settings, output, follow))
      output.result(documentOf(run), textOf(run))
      if (run.state.status === 'failed') process.exitCode = 1
    })
}

async function settingsOf(
  { backbone, strategy, set = [] }: Options,
  context: Context,
): Promise<Omit<RunSettings, 'dataset'>> {
  const found = await findBackbone(backbone, context)
  if (!STRATEGIES.some((known) => known === strategy)) {
    throw new Problem('cli/usage', {
      says: `There is no strategy "${strategy}".`,
      advice: `There is ${STRATEGIES.join(', ')}.`,
    })
  }
  const settings = { backbone, strategy: STRATEGIES[0], ...parseSet(set) }
  demandPossible(found, settings)
  return settings
}

/** Queues a run, does it, and says how it ended; a signal stops it and keeps the best so far. */
export async function trainRun(
  worker: Worker,
  dataset: string,
  settings: Omit<RunSettings, 'dataset'>,
  output: Output,
  { curves, signal }: { curves: boolean; signal: AbortSignal },
): Promise<Run> {
  const { store } = worker
  const version = await readingOwn(worker).findDataset(dataset)
  const run = await store.runs.create(runSettingsSchema.parse({ ...settings, dataset: version.id }), version)
  output.say(`run ${run.id} on ${run.dataset.name}`)
  const unsubscribe = store.runs.subscribe(run.id, followRun(run, output, { curves }))
  const supervised = await worker.start(run)
  const stop = () => void supervised.stop()
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  try {
    return await supervised.ended
  } finally {
    signal.removeEventListener('abort', stop)
    unsubscribe()
  }
}

function documentOf(run: Run) {
  const { id, state, queuedAt, headFittedAt, extraction, evaluation, l2 } = run
  return {
    run: id,
    status: state.status,
    ...(state.status === 'failed' && { problem: state.problem }),
    ...(state.status === 'stopped' && { kept: state.kept }),
    l2: l2?.l2,
    top1: evaluation?.top1,
    top5: evaluation?.top5,
    images: evaluation?.images,
    headFittedAt,
    secondsToHead: headFittedAt && (Date.parse(headFittedAt) - Date.parse(queuedAt)) / 1000,
    extraction,
  }
}

function textOf(run: Run): string {
  const { id, state, evaluation } = run
  if (state.status === 'failed')
    return `run ${id} failed: ${state.problem.says}${state.problem.advice ? `\n${state.problem.advice}` : ''}`
  if (state.status === 'stopped')
    return `run ${id} was stopped; ${state.kept ? 'the best head so far is kept' : 'there was no head yet to keep'}`
  const next = `next: whippet export --run ${id} --out ${run.dataset.name.replace(/@\d+$/, '')}-model`
  return [
    `run ${id} succeeded`,
    evaluation ? evaluationText(evaluation) : 'The dataset has no test split: nothing was judged.',
    next,
  ].join('\n')
}
