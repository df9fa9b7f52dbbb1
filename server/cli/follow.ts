import type { RunEvent } from '../../lib/run/events.ts'
import { type Run, reduceRun } from '../../lib/run/run.ts'
import type { Output } from './output.ts'
import { bar, duration, percent, sparkline } from './words.ts'

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
  return (event) => {
    const before = current
    current = reduceRun(current, event)
    for (const line of newLines(before, current, event, curves)) output.say(line)
    const progress = progressLine(current)
    if (progress) output.progress(progress)
  }
}

function newLines(before: Run, run: Run, event: RunEvent, curves: boolean): string[] {
  const lines: string[] = []
  if (curves && event.type === 'point' && run.curves.length > before.curves.length)
    lines.push(...curveLine(before))
  if (event.type === 'plan') {
    const { backbone, frozenGroups, trainedGroups, trainableParameters, cut } = event
    lines.push(
      `${backbone}: ${frozenGroups.length} layer groups frozen, ${trainedGroups.join(', ')} trained (${trainableParameters.toLocaleString('en')} parameters), cached at ${cut}`,
    )
  }
  if (event.type === 'extracted') {
    const { pictures, fromCache, seconds, imagesPerSecond } = event
    const rate = fromCache < pictures ? `, ${imagesPerSecond.toFixed(0)} images/s` : ''
    lines.push(
      `features of ${pictures} pictures in ${duration(seconds)} (${fromCache} from the cache${rate})`,
    )
  }
  if (event.type === 'l2-chosen') {
    if (curves) lines.push(...curveLine(before))
    const { l2, validationLoss, tried } = event
    lines.push(
      `L2 ${l2.toPrecision(2)} chosen on validation out of ${tried.length} (log loss ${validationLoss.toFixed(3)})`,
    )
  }
  if (event.type === 'head-fitted') {
    if (curves) lines.push(...curveLine(before))
    lines.push(`head fitted in ${duration(event.seconds)}`)
  }
  if (event.type === 'stop-requested') lines.push('stopping at the next step …')
  return lines
}

function curveLine({ curves }: Run): string[] {
  const curve = curves.at(-1)
  if (!curve) return []
  const last = curve.points.at(-1)!
  const judged = last.validationTop1 === undefined ? '' : `, validation top-1 ${percent(last.validationTop1)}`
  return [
    `  ${curve.series.padEnd(12)} ${sparkline(curve.points.map(({ loss }) => loss))} loss ${last.loss.toFixed(3)} after ${last.step} steps${judged}`,
  ]
}

function progressLine({ state }: Run): string | undefined {
  switch (state.status) {
    case 'queued':
    case 'preparing':
      return `${state.status} …`
    case 'extracting':
    case 'evaluating': {
      if (!state.progress) return `${state.status} …`
      const { done, total, imagesPerSecond, etaSeconds } = state.progress
      const left = etaSeconds === undefined ? '' : `, ${duration(etaSeconds)} left`
      return `${state.status} ${bar(done / total)} ${done} of ${total}, ${imagesPerSecond.toFixed(0)} images/s${left}`
    }
    case 'training': {
      if (!state.latest) return 'training …'
      const { series, step, loss, validationLoss } = state.latest
      return `training ${series}, step ${step}: loss ${loss.toFixed(4)}${validationLoss === undefined ? '' : `, validation ${validationLoss.toFixed(4)}`}`
    }
    default:
      return undefined
  }
}
