import { count, duration, percent, plusMinus, speed } from '../../lib/figures.ts'
import { bestPoint, elapsedSeconds, leadingCurve, progressOf } from '../../lib/run/progress.ts'
import type { Run } from '../../lib/run/run.ts'
import { Figure } from '../ui/card.tsx'
import { useNow } from '../ui/when.tsx'

/** Four figures: how good, how sure, how fast, how long. */
export function FiguresRow({ run }: { run: Run }) {
  return (
    <div className="mb-4 grid grid-cols-2 gap-4 lg:grid-cols-4">
      <Score run={run} />
      <Loss run={run} />
      <Speed run={run} />
      <Time run={run} />
    </div>
  )
}

function Score({ run }: { run: Run }) {
  const { evaluation } = run
  if (evaluation) {
    const { top1, top1Interval, images, split } = evaluation
    return (
      <Figure
        name="Top-1"
        value={percent(top1)}
        context={`of ${count(images)} ${split} pictures, ${plusMinus(top1Interval)}`}
      />
    )
  }
  const best = bestPoint(run)
  return (
    <Figure
      name="Validation top-1"
      value={best ? percent(best.validationTop1) : '–'}
      context={best ? `best so far, ${best.series}` : 'once a head is fitted'}
    />
  )
}

function Loss({ run }: { run: Run }) {
  const { evaluation } = run
  if (evaluation && run.dataset.classes.length > 5) {
    const { top5, top5Interval, images } = evaluation
    return (
      <Figure
        name="Top-5"
        value={percent(top5)}
        context={`of ${count(images)}, ${plusMinus(top5Interval)}`}
      />
    )
  }
  if (evaluation)
    return (
      <Figure
        name="Log loss"
        value={evaluation.logLoss.toFixed(3)}
        context={`nats per ${evaluation.split} picture`}
      />
    )
  const last = leadingCurve(run)?.points.at(-1)
  return (
    <Figure
      name="Loss"
      value={last?.loss?.toFixed(3) ?? '–'}
      context={
        last?.validationLoss === undefined ? 'train, nats' : `validation ${last.validationLoss.toFixed(3)}`
      }
    />
  )
}

function Speed({ run }: { run: Run }) {
  const now = progressOf(run).imagesPerSecond
  const { extraction, state } = run
  const progress = 'progress' in state ? state.progress : undefined
  const rate = now || extraction?.imagesPerSecond
  const cached = extraction && extraction.fromCache === extraction.pictures
  if (cached && !now)
    return (
      <Figure name="Extraction" value="0 s" context={`all ${count(extraction.pictures)} from the cache`} />
    )
  return (
    <Figure
      name="Extraction"
      value={rate ? speed(rate) : '–'}
      context={
        progress
          ? `${count(progress.done)} of ${count(progress.total)} pictures`
          : extraction
            ? `${count(extraction.pictures)} pictures in ${duration(extraction.seconds)}`
            : 'the frozen part, once per picture'
      }
    />
  )
}

function Time({ run }: { run: Run }) {
  const now = useNow(1000)
  const elapsed = elapsedSeconds(run, now ?? Date.parse(run.startedAt ?? run.queuedAt))
  const { etaSeconds } = progressOf(run)
  const context = run.endedAt
    ? 'from start to end'
    : etaSeconds === undefined
      ? 'so far'
      : `this phase: ${duration(etaSeconds)} left`
  return (
    <Figure
      name="Time"
      value={elapsed === undefined ? '–' : duration(elapsed)}
      context={elapsed === undefined ? 'has not begun' : context}
    />
  )
}
