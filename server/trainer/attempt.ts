import { availableParallelism } from 'node:os'
import type { Head } from '../../lib/backbone/head.ts'
import { HEAD } from '../../lib/backbone/head.ts'
import { countLooks } from '../../lib/classify/look.ts'
import type { Split } from '../../lib/dataset/dataset.ts'
import { calibrate } from '../../lib/evaluation/calibrate.ts'
import { Problem } from '../../lib/problem.ts'
import type { NewRunEvent } from '../../lib/run/events.ts'
import { planFreeze } from '../../lib/strategy/plan-freeze.ts'
import { fitHead } from '../../lib/training/fit-head.ts'
import { headLogits } from '../../lib/training/head-logits.ts'
import { onnxruntimeObjective } from '../engines/onnxruntime/objective.ts'
import { prepareBackbone } from './backbone.ts'
import type { Job } from './job.ts'
import { judge } from './judge.ts'
import { type RunRecord, writeRunFolder } from './run-folder.ts'
import { featuresOf, type SplitExtraction } from './split-features.ts'

export type AttemptContext = {
  /** Tells the run's log. */
  readonly emit: (event: NewRunEvent) => void
  /** Aborted when the run is to stop. */
  readonly stop: AbortSignal
}

/**
 * One attempt at a run, from imported pictures to a judged head in the run's folder: prepare, extract, train, evaluate.
 * Whatever happens ends as an event.
 */
export async function runAttempt(job: Job, { emit, stop }: AttemptContext): Promise<void> {
  try {
    emit(await attempt(job, { emit, stop }))
  } catch (thrown) {
    if (stop.aborted && thrown === stop.reason) emit({ type: 'stopped', kept: false })
    else emit({ type: 'failed', problem: Problem.from(thrown).summary() })
  }
}

async function attempt(job: Job, { emit, stop }: AttemptContext): Promise<NewRunEvent> {
  const { dataDir, settings, dataset } = job
  if (settings.strategy !== 'feature-extraction') {
    throw new Problem('strategy/not-supported', {
      says: `The strategy "${settings.strategy}" can be planned but not trained yet.`,
    })
  }
  emit({ type: 'phase', phase: 'preparing' })
  const backbone = await prepareBackbone(settings, dataset.classes.length, dataDir, { emit, stop })
  const { frozenGroups, trainedGroups, trainableParameters, boundary } = planFreeze(backbone.graphWithHead, [
    HEAD,
  ])
  const cut = boundary.join(', ')
  emit({
    type: 'plan',
    backbone: settings.backbone,
    frozenGroups: [...frozenGroups],
    trainedGroups: [...trainedGroups],
    trainableParameters,
    cut,
  })

  emit({ type: 'phase', phase: 'extracting' })
  const extraction: SplitExtraction = {
    dataDir,
    backbone: { id: settings.backbone, graph: backbone.graph, weightsHash: backbone.weightsHash },
    preprocessing: backbone.preprocessing,
    emit,
    signal: stop,
  }
  const of = (split: Split) => job.pictures.filter((picture) => picture.split === split)
  const fitted = await trainHead(job, extraction, { emit, stop })
  const record: RunRecord = {
    version: 1,
    run: job.run,
    backbone: settings.backbone,
    weightsHash: backbone.weightsHash,
    preprocessing: backbone.preprocessing,
    classes: dataset.classes,
    dataset: { version: dataset.version, name: dataset.name },
    settings,
    ...(fitted.calibration && { calibration: fitted.calibration }),
  }
  // Kept before it is judged: a stop, or a crash, during the evaluation loses no head.
  await writeRunFolder(dataDir, record, fitted.head)
  if (fitted.stopped || stop.aborted) return { type: 'stopped', kept: true }

  const test = of('test')
  if (test.length > 0) {
    emit({ type: 'phase', phase: 'evaluating' })
    const evaluation = await judge(
      test,
      { ...record, head: fitted.head, looks: settings.looks, split: 'test' },
      extraction,
    ).catch(keptIfStopped)
    if (!evaluation) return { type: 'stopped', kept: true }
    await writeRunFolder(dataDir, { ...record, evaluation }, fitted.head)
    emit({ type: 'evaluated', evaluation })
  }
  return { type: 'succeeded' }

  function keptIfStopped(thrown: unknown): undefined {
    if (stop.aborted && thrown === stop.reason) return undefined
    throw thrown
  }
}

type Fitted = { head: Head; stopped: boolean; calibration?: RunRecord['calibration'] }

/** Features of train and validation in one go, then the head on them. The test split is not even read. */
async function trainHead(
  job: Job,
  extraction: SplitExtraction,
  { emit, stop }: AttemptContext,
): Promise<Fitted> {
  const { settings, dataset } = job
  const pictures = (['train', 'validation'] as const).map((split) =>
    job.pictures.filter((picture) => picture.split === split),
  )
  const all = await featuresOf(pictures.flat(), extraction)
  const width = all.features.length / all.count
  const rows = (from: number, to: number) => ({
    features: all.features.subarray(from * width, to * width),
    labels: all.labels.subarray(from, to),
    count: to - from,
  })
  const trained = pictures[0]!.length
  const validation = trained < all.count ? rows(trained, all.count) : undefined

  emit({ type: 'phase', phase: 'training' })
  const began = performance.now()
  const fitted = await fitHead({
    train: rows(0, trained),
    validation,
    width,
    classes: dataset.classes.length,
    solver: settings.solver,
    seed: settings.seed,
    makeObjective: onnxruntimeObjective({ threads: availableParallelism() }),
    onPoint: (point) => emit({ type: 'point', ...point }),
    onL2Chosen: ({ tried, ...chosen }) => emit({ type: 'l2-chosen', ...chosen, tried: [...tried] }),
    shouldStop: () => stop.aborted,
  })
  const seconds = (performance.now() - began) / 1000
  if (!fitted.stopped)
    emit({ type: 'head-fitted', seconds, ...(fitted.l2 !== undefined && { l2: fitted.l2 }) })
  const { head, stopped, honestHead } = fitted
  if (!honestHead || !validation) return { head, stopped }
  const looked =
    settings.looks === 'whole' ? validation : await featuresOf(pictures[1]!, extraction, settings.looks)
  const calibration = calibrate({
    logits: headLogits(honestHead, looked.features),
    looks: countLooks(settings.looks),
    labels: validation.labels,
    classes: dataset.classes.length,
  })
  return { head, stopped, calibration }
}
