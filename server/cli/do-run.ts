import { keptPoint } from '../../lib/run/progress.ts'
import type { Run } from '../../lib/run/run.ts'
import type { Worker } from '../worker/open.ts'
import { evaluationText } from './evaluation-text.ts'
import { followRun } from './follow.ts'
import type { Output } from './output.ts'

export type Doing = {
  /** Draws the curves as they grow. */
  readonly curves: boolean
  /** Stops the run, and keeps the best so far. */
  readonly signal: AbortSignal
}

/** Does a run as the owner of the data folder, and tells how it goes. @returns the run as it ended. */
export async function doRun(
  worker: Worker,
  run: Run,
  output: Output,
  { curves, signal }: Doing,
): Promise<Run> {
  const unsubscribe = worker.store.runs.subscribe(run.id, followRun(run, output, { curves }))
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

/** Prints how a run ended; one that failed is the command's failure. */
export function report(run: Run, output: Output): void {
  output.result(documentOf(run), textOf(run))
  if (run.state.status === 'failed') process.exitCode = 1
}

function documentOf(run: Run) {
  const kept = keptPoint(run)
  const { id, state, queuedAt, headFittedAt, extraction, evaluation, l2 } = run
  return {
    run: id,
    status: state.status,
    ...(state.status === 'failed' && { problem: state.problem }),
    ...(state.status === 'stopped' && { kept: state.kept }),
    l2: l2?.l2,
    ...(kept && {
      bestEpoch: { series: kept.series, epoch: kept.step, validationTop1: kept.validationTop1 },
    }),
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
