import { count, duration } from '../figures.ts'
import { isHeadAlone } from './charts.ts'
import type {
  CurvePoint,
  DownloadProgress,
  Interruption,
  StepProgress,
  TrainingPhaseEvent,
} from './events.ts'
import type { Curve, Run } from './run.ts'

/** A phase of a run, as the bar on its page shows it; `share` is how much of it is done, absent while nobody knows. */
export type RunPhase = {
  readonly id: 'extracting' | 'training' | 'evaluating'
  readonly words: string
  readonly stands: 'done' | 'now' | 'ahead' | 'left out'
  readonly share?: number
}

export type RunProgress = {
  readonly phases: readonly RunPhase[]
  /** Of the phase that runs now. */
  readonly etaSeconds?: number
  readonly imagesPerSecond?: number
}

const ORDER = ['extracting', 'training', 'evaluating'] as const

/** Where a run stands on its way: extract, train, evaluate. */
export function progressOf(run: Run): RunProgress {
  const { state } = run
  const current = (ORDER as readonly string[]).indexOf(state.status)
  const reached = state.status === 'succeeded' ? ORDER.length : current
  const phases = ORDER.map((id, i): RunPhase => {
    if (i === current) return { id, stands: 'now', ...now(run, id) }
    if (i < reached || wasReached(run, id)) return { id, stands: 'done', words: done(run, id) }
    return { id, stands: run.endedAt === undefined ? 'ahead' : 'left out', words: AHEAD[id] }
  })
  const progress = 'progress' in state ? state.progress : undefined
  const training = state.status === 'training' ? (state.step ?? state.latest) : undefined
  const etaSeconds = (training ?? progress)?.etaSeconds
  const pace = progress ?? (state.status === 'training' ? state.step : undefined)
  return {
    phases,
    ...(etaSeconds !== undefined && { etaSeconds }),
    ...(pace && { imagesPerSecond: pace.imagesPerSecond }),
  }
}

/** What a run does now, in few words for a title or a line. */
export function statusWords(run: Run): string {
  const { state } = run
  if (state.status === 'queued') return 'waits for a device'
  if (state.status === 'interrupted') return interruptedWords(state.why)
  if (state.status === 'preparing') return state.download ? downloadWords(state.download) : 'prepares'
  if (run.requestedStop && run.endedAt === undefined) return 'stops'
  if (state.status === 'stopped') return state.kept ? 'stopped, the best head so far is kept' : 'stopped'
  return state.status
}

const INTERRUPTED: Readonly<Record<Interruption, string>> = {
  vanished: 'its worker vanished',
  stuck: 'it made no progress any more',
  closed: 'its server was ended',
  paused: 'the queue was paused',
  'device-lost': 'the process of one of its devices ended',
}

/** Why an attempt broke off, and that the run goes on. */
export function interruptedWords(why: Interruption): string {
  return `interrupted: ${INTERRUPTED[why]}; goes on as soon as it has a device`
}

/** `fetches the weights: 12 of 98 MB`. */
export function downloadWords({ receivedBytes, totalBytes }: DownloadProgress): string {
  const received = Math.round(receivedBytes / 1e6)
  return `fetches the weights: ${received}${totalBytes === undefined ? '' : ` of ${Math.round(totalBytes / 1e6)}`} MB`
}

/**
 * The curve that counts: the phase's that is trained now; of a head alone the refit, else the one of the chosen L2, else
 * the one that grew last.
 */
export function leadingCurve(run: Run): Curve | undefined {
  const named = (series: string) => run.curves.find((curve) => curve.series === series)
  const { trainingPhase: phase, l2 } = run
  return (
    (phase && phase.epochs > 0 ? named(phase.name) : undefined) ??
    named('refit') ??
    (l2 && named(`l2=${l2.l2}`)) ??
    run.curves.at(-1)
  )
}

/** The best validation top-1 of all curves, with its point; undefined before the first. */
export function bestPoint(run: Run): (CurvePoint & { series: string; validationTop1: number }) | undefined {
  let best: ReturnType<typeof bestPoint>
  for (const { series, points } of run.curves) {
    for (const { validationTop1, ...point } of points) {
      if (validationTop1 !== undefined && validationTop1 > (best?.validationTop1 ?? -1)) {
        best = { ...point, series, validationTop1 }
      }
    }
  }
  return best
}

/** The point of fine-tuning whose weights are the model: the one with the least validation loss; step 0 is its start. */
export function keptPoint(run: Run): (CurvePoint & { series: string }) | undefined {
  let kept: ReturnType<typeof keptPoint>
  for (const { series, points } of run.curves) {
    if (isHeadAlone(series)) continue
    for (const point of points) {
      const { validationLoss = Number.POSITIVE_INFINITY } = point
      if (validationLoss < (kept?.validationLoss ?? Number.POSITIVE_INFINITY)) kept = { ...point, series }
    }
  }
  return kept
}

/** Seconds from the start of the attempt to its end or to `now` (milliseconds); undefined before the start. */
export function elapsedSeconds(run: Run, now: number): number | undefined {
  if (run.startedAt === undefined) return undefined
  const end = run.endedAt === undefined ? now : Date.parse(run.endedAt)
  return Math.max(0, (end - Date.parse(run.startedAt)) / 1000)
}

const AHEAD = { extracting: 'extract', training: 'train', evaluating: 'evaluate' } as const

function wasReached(run: Run, id: RunPhase['id']): boolean {
  if (id === 'extracting') return run.extraction !== undefined
  return id === 'training' ? run.headFittedAt !== undefined : run.evaluation !== undefined
}

function now(run: Run, id: RunPhase['id']): Pick<RunPhase, 'words' | 'share'> {
  const { state, settings } = run
  if (state.status === 'training') {
    const { solver } = settings
    const { trainingPhase: phase } = run
    if (phase && phase.epochs > 0) return epochsOf(phase, state.latest?.step ?? 0, state.step)
    if (!state.latest) return { words: 'train' }
    if (solver.kind === 'exact') return { words: `${state.latest.series}, iteration ${state.latest.step}` }
    const { step } = state.latest
    return { words: `epoch ${step} of ${solver.epochs}`, share: Math.min(1, step / solver.epochs) }
  }
  const progress = 'progress' in state ? state.progress : undefined
  if (!progress) return { words: id === 'extracting' ? 'extract' : 'evaluate' }
  const words = `${count(progress.done)} of ${count(progress.total)} pictures`
  return { words: `${id} ${words}`, share: progress.total === 0 ? 1 : progress.done / progress.total }
}

function epochsOf(
  { name, epochs, index, count: phases }: TrainingPhaseEvent,
  done: number,
  step: StepProgress | undefined,
) {
  const which = phases > 1 ? `${name} (${index + 1} of ${phases}), ` : ''
  if (!step) return { words: `${which}epoch ${done} of ${epochs}`, share: Math.min(1, done / epochs) }
  const { epoch, batch, batches } = step
  return {
    words: `${which}epoch ${epoch} of ${epochs}, batch ${count(batch)} of ${count(batches)}`,
    share: Math.min(1, (epoch - 1 + batch / batches) / epochs),
  }
}

function done(run: Run, id: RunPhase['id']): string {
  const { extraction, l2, trainingPhase, evaluation } = run
  if (id === 'extracting') {
    if (!extraction) return 'extracted'
    const { pictures, fromCache, seconds } = extraction
    const cached =
      fromCache === pictures
        ? ', all from the cache'
        : fromCache > 0
          ? `, ${count(fromCache)} from the cache`
          : ''
    return `extracted ${count(pictures)} in ${duration(seconds)}${cached}`
  }
  // An L2 is then the head's, before the rest was trained.
  if (id === 'training' && trainingPhase && trainingPhase.epochs > 0)
    return (trainingPhase.count > 1 ? `trained in ${trainingPhase.count} phases` : 'trained') + keptWords(run)
  if (id === 'training') return l2 ? `trained, L2 ${l2.l2}` : 'trained'
  return evaluation ? `evaluated on ${count(evaluation.images)}` : 'evaluated'
}

function keptWords(run: Run): string {
  const kept = keptPoint(run)
  if (!kept) return ''
  if (kept.step > 0) return `, kept epoch ${kept.step}`
  return run.plan?.phases?.[0]?.epochs === 0 ? ', kept the solved head' : ', kept what it started from'
}
