import { bytes } from '../../lib/figures.ts'
import type { PlannedPhase, RunEvent, StepProgress } from '../../lib/run/events.ts'
import { interruptedWords } from '../../lib/run/progress.ts'
import { type Curve, isOver, type Run, reduceRun } from '../../lib/run/run.ts'
import { askOwner } from '../owner/control.ts'
import { gone } from '../owner/owned-datasets.ts'
import type { Output } from './output.ts'
import { bar, downloadLine, duration, percent, sparkline } from './words.ts'

/**
 * Draws a run as its log grows. `curves` adds a line for each finished curve; without it, only where the run stands.
 *
 * @returns what to call with every event after those that `run` has.
 */
export function followRun(
  run: Run,
  output: Output,
  { curves }: { curves: boolean },
): (event: RunEvent) => void {
  let current = run
  let drawn = 0
  /** The curves that are finished: all but the last while it still grows. */
  const finishedCurves = (finished: number) => {
    const lines = curves ? current.curves.slice(drawn, finished).map(curveLine) : []
    drawn = Math.max(drawn, finished)
    return lines
  }
  return (event) => {
    current = reduceRun(current, event)
    const grows = event.type === 'point' ? 1 : 0
    const lines = [...finishedCurves(current.curves.length - grows), ...linesOf(event)]
    for (const line of lines) output.say(line)
    const progress = progressLine(current)
    if (progress) output.progress(progress)
  }
}

/** How long one question for events may wait for its answer. */
export const WAIT_MS = 4000

export type Following = {
  readonly curves: boolean
  readonly signal: AbortSignal
  /** Events after `seq`; where there are none yet, those that come within a few seconds. */
  readonly eventsAfter: (seq: number) => Promise<RunEvent[]>
}

/** Draws a queued run to its end, whoever does it. @throws the signal's reason. */
export async function followToEnd(
  queued: Run,
  output: Output,
  { curves, signal, eventsAfter }: Following,
): Promise<Run> {
  const draw = followRun(queued, output, { curves })
  let run = queued
  while (!isOver(run.state)) {
    signal.throwIfAborted()
    for (const event of await eventsAfter(run.seq)) {
      run = reduceRun(run, event)
      draw(event)
    }
  }
  return run
}

/** Events of a run that the server of the data folder does. @throws Problem `owner/gone`. */
export function servedEvents(dataDir: string, run: string): Following['eventsAfter'] {
  return async (afterSeq) => {
    const answer = await askOwner(dataDir, { type: 'events', run, afterSeq, waitMs: WAIT_MS })
    if (!answer) throw gone()
    return answer.events
  }
}

function linesOf(event: RunEvent): string[] {
  switch (event.type) {
    case 'plan': {
      const { backbone, frozenGroups, trainedGroups, trainableParameters, cut, warnings = [] } = event
      return [
        `${backbone}: ${frozenGroups.length} layer groups frozen, ${trainedGroups.join(', ')} trained (${trainableParameters.toLocaleString('en')} parameters), cached at ${cut}`,
        ...(event.phases ?? []).map(phaseLine),
        ...warnings.map(({ says, advice }) => `note: ${says} ${advice}`),
      ]
    }
    case 'training-engine':
      return [`training on ${event.title}`, ...(event.says ? [event.says] : [])]
    case 'extracted': {
      const { pictures, fromCache, seconds, imagesPerSecond } = event
      const rate = fromCache < pictures ? `, ${imagesPerSecond.toFixed(0)} images/s` : ''
      return [`features of ${pictures} pictures in ${duration(seconds)} (${fromCache} from the cache${rate})`]
    }
    case 'l2-chosen': {
      const { l2, validationLoss, tried } = event
      return [
        `L2 ${l2.toPrecision(2)} chosen on validation out of ${tried.length} (log loss ${validationLoss.toFixed(3)})`,
      ]
    }
    case 'head-fitted':
      return [`head fitted in ${duration(event.seconds)}`]
    case 'resumed': {
      const { series, epoch, batch, damaged } = event
      const where = batch > 0 ? `after ${epoch} epochs and ${batch} batches` : `after ${epoch} epochs`
      return [...(damaged ? [damaged.says] : []), `goes on from the checkpoint of ${series} ${where}`]
    }
    case 'point': {
      const { step, loss, validationLoss = 0, validationTop1 = 0 } = event
      const judged = `validation loss ${validationLoss.toFixed(3)}, top-1 ${percent(validationTop1)}`
      return step === 0 && loss === undefined ? [`before fine-tuning: ${judged}`] : []
    }
    case 'stop-requested':
      return ['stopping at the next step …']
    default:
      return []
  }
}

function phaseLine({
  name,
  epochs,
  learningRate,
  trainedGroups,
  trainableParameters,
  ...rest
}: PlannedPhase): string {
  const how = epochs === 0 ? 'by the solver' : `${epochs} epochs at ${learningRate}`
  const { prefix, cut, views, cacheBytes, estimatedSeconds } = rest
  const cache =
    prefix === 'per epoch'
      ? 'frozen layers run in every epoch'
      : `cached at ${cut}, ${views === 1 ? 'one view' : `${views} views`}, ${bytes(cacheBytes)}`
  const time = estimatedSeconds === undefined ? '' : `, about ${duration(estimatedSeconds)}`
  return `  ${name}: ${trainedGroups.join(', ')} (${trainableParameters.toLocaleString('en')} parameters), ${how}, ${cache}${time}`
}

function curveLine({ series, points }: Curve): string {
  const last = points.at(-1)!
  const judged = last.validationTop1 === undefined ? '' : `, validation top-1 ${percent(last.validationTop1)}`
  const losses = points.flatMap(({ loss }) => (loss === undefined ? [] : [loss]))
  const trained = losses.length > 0 ? `${sparkline(losses)} loss ${losses.at(-1)!.toFixed(3)} ` : ''
  return `  ${series.padEnd(12)} ${trained}after ${last.step} steps${judged}`
}

function stepLine({
  series,
  epoch,
  batch,
  batches,
  loss,
  imagesPerSecond,
  etaSeconds,
}: StepProgress): string {
  const left = etaSeconds === undefined ? '' : `, ${duration(etaSeconds)} left`
  return `training ${series}, epoch ${epoch} ${bar(batch / batches)} loss ${loss.toFixed(4)}, ${imagesPerSecond.toFixed(0)} images/s${left}`
}

/** Where a run stands, on one line; undefined once it is over. */
export function progressLine({ state }: Run): string | undefined {
  switch (state.status) {
    case 'queued':
      return 'queued …'
    case 'interrupted':
      return interruptedWords(state.why)
    case 'preparing':
      return state.download ? downloadLine(state.download) : 'preparing …'
    case 'extracting':
    case 'evaluating': {
      if (!state.progress) return `${state.status} …`
      const { done, total, imagesPerSecond, etaSeconds } = state.progress
      const left = etaSeconds === undefined ? '' : `, ${duration(etaSeconds)} left`
      return `${state.status} ${bar(done / total)} ${done} of ${total}, ${imagesPerSecond.toFixed(0)} images/s${left}`
    }
    case 'training': {
      if (state.step) return stepLine(state.step)
      if (!state.latest) return 'training …'
      const { series, step, loss, validationLoss } = state.latest
      const figures = [
        loss !== undefined && `loss ${loss.toFixed(4)}`,
        validationLoss !== undefined && `validation ${validationLoss.toFixed(4)}`,
      ].filter(Boolean)
      return `training ${series}, step ${step}: ${figures.join(', ')}`
    }
    default:
      return undefined
  }
}
