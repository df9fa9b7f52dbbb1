import { Problem } from '../problem.ts'
import type { CurvePoint, ExtractionSummary, RunEvent } from './events.ts'
import type { Curve, Run } from './run.ts'
import type { RunState } from './state.ts'
import { attemptIsOver, mayMove } from './states.ts'
import { thinned } from './thin-curve.ts'

// Apart from the schemas, so that a page that folds events does not load zod.

/** Raised whenever the same log folds to another run: what was folded and stored before is then folded again. */
export const RUN_FOLD_VERSION = 4

/** Events are missing between what a reader has and what it was given: it should ask for those after `have`. */
export class EventGap extends Problem {
  readonly have: number
  readonly got: number

  constructor(have: number, got: number) {
    super('runs/event-gap', { says: `Event ${got} of a run came where event ${have + 1} was expected.` })
    this.have = have
    this.got = got
  }
}

/**
 * Folds one event into a run. Pure: supervisor, command line and page all call this and agree.
 *
 * @throws {@link EventGap} when the event is not the next one; Problem `runs/fenced` when it is an older attempt's.
 */
export function reduceRun(run: Run | undefined, event: RunEvent): Run {
  if (event.seq !== (run?.seq ?? 0) + 1) throw new EventGap(run?.seq ?? 0, event.seq)
  if (run === undefined) return firstOf(event)
  if (event.attempt < run.attempt) throw fenced(run.id, event.attempt, run.attempt)
  const current = event.attempt > run.attempt ? nextAttempt(run, event.attempt) : run
  const next = { ...current, seq: event.seq }
  return attemptIsOver(current.state) ? next : fold(next, event)
}

/** Whether nothing more will happen to the run, unless somebody resumes it. */
export function isOver(state: RunState): boolean {
  return state.status === 'succeeded' || state.status === 'stopped' || state.status === 'failed'
}

/** The refusal of what an older attempt still says. */
export function fenced(run: string, attempt: number, latest: number): Problem {
  return new Problem('runs/fenced', {
    says: `Attempt ${attempt} of run ${run} is over: attempt ${latest} has taken its place.`,
  })
}

/** The refusal of what an interrupted attempt still says. */
export function brokenOff(run: string, attempt: number): Problem {
  return new Problem('runs/fenced', { says: `Attempt ${attempt} of run ${run} is over: it was interrupted.` })
}

function firstOf(event: RunEvent): Run {
  if (event.type !== 'queued') {
    throw new Problem('runs/damaged-log', {
      says: `A run's log begins with "${event.type}" instead of "queued".`,
    })
  }
  const { run: id, settings, dataset, seq, attempt, at } = event
  return {
    id,
    seq,
    attempt,
    settings,
    dataset,
    requestedStop: false,
    queuedAt: at,
    state: { status: 'queued' },
    curves: [],
  }
}

/** A stop that was asked of a run still counts after its process died; whoever resumes an ended run wants it to go on. */
function nextAttempt(run: Run, attempt: number): Run {
  const { id, seq, settings, dataset, queuedAt, extensions } = run
  const requestedStop = run.requestedStop && !isOver(run.state)
  const earlier = run.curves.length > 0 ? run.curves : (run.earlier ?? [])
  return {
    id,
    seq,
    attempt,
    settings,
    dataset,
    requestedStop,
    queuedAt,
    state: { status: 'queued' },
    curves: [],
    ...(extensions && { extensions }),
    ...(earlier.length > 0 && { earlier }),
  }
}

function fold(run: Run, event: RunEvent): Run {
  const { at } = event
  switch (event.type) {
    case 'queued':
      return run
    case 'reopened': {
      const { extensions = [] } = run
      return event.extension ? { ...run, extensions: [...extensions, event.extension] } : run
    }
    case 'started':
      return { ...moved(run, { status: 'preparing' }), startedAt: at }
    case 'phase':
      return run.state.status === event.phase ? run : moved(run, { status: event.phase })
    case 'download':
      return moved(run, { status: 'preparing', download: bodyOf(event) })
    case 'plan':
      return { ...run, plan: bodyOf(event) }
    case 'training-engine':
      return { ...run, engine: bodyOf(event) }
    case 'training-phase':
      return { ...moved(run, { status: 'training' }), trainingPhase: bodyOf(event) }
    case 'extraction': {
      const status = run.state.status === 'evaluating' ? 'evaluating' : 'extracting'
      return moved(run, { status, progress: bodyOf(event) })
    }
    case 'extracted':
      return { ...run, extraction: together(run.extraction, bodyOf(event)) }
    case 'point': {
      const { series, etaSeconds, ...point } = bodyOf(event)
      const latest = { ...point, series, ...(etaSeconds !== undefined && { etaSeconds }) }
      return { ...moved(run, { status: 'training', latest }), curves: withPoint(run.curves, series, point) }
    }
    case 'resumed': {
      const { earlier = [], ...rest } = run
      return { ...rest, curves: upTo(earlier, event) }
    }
    case 'step': {
      const latest = run.state.status === 'training' ? run.state.latest : undefined
      return moved(run, { status: 'training', ...(latest && { latest }), step: bodyOf(event) })
    }
    case 'l2-chosen':
      return { ...run, l2: bodyOf(event) }
    case 'head-fitted':
      return { ...run, headFittedAt: at }
    case 'evaluated':
      return { ...run, evaluation: event.evaluation }
    case 'stop-requested':
      return { ...run, requestedStop: true }
    case 'interrupted':
      return moved(run, { status: 'interrupted', was: run.state.status, why: event.why })
    case 'succeeded':
      return ended(moved(run, { status: 'succeeded' }), at)
    case 'stopped':
      return ended(moved(run, { status: 'stopped', kept: event.kept }), at)
    case 'failed':
      return ended(moved(run, { status: 'failed', problem: event.problem }), at)
  }
}

/** The run in its next state; as it was where no transition leads there. */
function moved(run: Run, state: RunState): Run {
  return mayMove(run.state.status, state.status) ? { ...run, state } : run
}

function ended(run: Run, at: string): Run {
  return isOver(run.state) ? { ...run, endedAt: at } : run
}

/** An event without its stamp and type. */
function bodyOf<E extends RunEvent>(event: E): Omit<E, 'seq' | 'at' | 'attempt' | 'type'> {
  const { seq: _seq, at: _at, attempt: _attempt, type: _type, ...body } = event
  return body
}

/** Curves as they were at a checkpoint. */
function upTo(curves: readonly Curve[], { series, epoch }: { series: string; epoch: number }): Curve[] {
  const at = curves.findIndex((curve) => curve.series === series)
  const before = at < 0 ? curves : curves.slice(0, at)
  const points = at < 0 ? [] : curves[at]!.points.filter(({ step }) => step <= epoch)
  return points.length > 0 ? [...before, { series, points }] : [...before]
}

function withPoint(curves: Curve[], series: string, point: CurvePoint): Curve[] {
  if (!curves.some((curve) => curve.series === series)) return [...curves, { series, points: [point] }]
  return curves.map((curve) =>
    curve.series === series ? { series, points: thinned([...curve.points, point]) } : curve,
  )
}

/** Rates count what was really extracted, not what came from the cache. */
function together(before: ExtractionSummary | undefined, more: ExtractionSummary): ExtractionSummary {
  if (!before) return more
  const pictures = before.pictures + more.pictures
  const fromCache = before.fromCache + more.fromCache
  const seconds = before.seconds + more.seconds
  const imagesPerSecond = seconds > SHORTEST_SECONDS ? Math.max(0, pictures - fromCache) / seconds : 0
  return { pictures, fromCache, seconds, imagesPerSecond }
}

/** Below this a rate says nothing. */
const SHORTEST_SECONDS = 1e-3
