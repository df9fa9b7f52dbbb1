import { Problem } from '../problem.ts'
import { shuffle } from '../training/random.ts'
import type { Pause } from '../training/task.ts'
import { judgeSource } from './judge.ts'
import type { NetworkOnDevice } from './network-on-device.ts'
import type { Optimizer } from './optimizers/optimizer.ts'
import { type BatchShare, shareOfBatch } from './parallel/batch-share.ts'
import { ALONE, type DeviceGroup } from './parallel/device-group.ts'
import { type SumTensors, sumTensors } from './parallel/sum-tensors.ts'
import { randomAt } from './random.ts'
import { drawMix } from './regularise.ts'
import { afterEpoch, rateFactor } from './schedule.ts'
import type { FineTuningPhase } from './settings.ts'
import type { ExampleSource, PhaseData } from './source.ts'
import type { Judged, Position } from './state.ts'
import { trainStep } from './train-step.ts'

/** One epoch, as it ended. */
export type EpochPoint = {
  readonly phase: string
  /** From 1, within the phase. */
  readonly epoch: number
  /** Mean over the epoch's batches, each before its step. */
  readonly loss: number
  readonly top1: number
  /** Of the epoch's last step. */
  readonly learningRate: number
  readonly validationLoss?: number
  readonly validationTop1?: number
  /** Training and judging, of this attempt. */
  readonly imagesPerSecond: number
}

/** One step within an epoch. */
export type StepPoint = {
  readonly phase: string
  readonly epoch: number
  /** From 1, of `batches`. */
  readonly batch: number
  readonly batches: number
  readonly loss: number
  readonly learningRate: number
  /** Of this epoch and attempt. */
  readonly imagesPerSecond: number
}

/** How the network was judged before anything was trained. */
export type StartPoint = {
  readonly phase: string
  readonly validationLoss: number
  readonly validationTop1: number
}

export type PhaseRun = {
  readonly network: NetworkOnDevice
  readonly optimizer: Optimizer
  /** The devices that train together; alone where absent. */
  readonly group?: DeviceGroup | undefined
  readonly phase: FineTuningPhase
  readonly data: PhaseData
  readonly seed: number
  readonly from: Position
  /** Asked before every batch; all devices of a group hear the same. */
  readonly pause: Pause
  /** Where given, what training starts from is judged too, and a candidate for the best. */
  readonly onStart?: (point: StartPoint, position: Position) => Promise<void>
  readonly onStep: (point: StepPoint) => void
  /** After each batch but an epoch's last: where training stands. */
  readonly onBatch?: (position: Position) => Promise<void>
  /** After each epoch: where training stands, and whether this is the best so far. */
  readonly onEpoch: (point: EpochPoint, position: Position, isBest: boolean) => Promise<void>
}

/**
 * Trains one phase, from `from` to its end, to a stop, or until validation no longer gets better.
 *
 * @returns where it stands: at a stop the batch that comes next, otherwise the phase's end.
 * @throws Problem `training/diverged` with step and rate when the loss is no number.
 */
export async function runPhase(run: PhaseRun): Promise<{ position: Position; stopped: boolean }> {
  const { network, phase, data, seed, pause, group = ALONE } = run
  const { settings } = phase
  const sumChanges = sumTensors(network, network.changing, group)
  const batches = batchesOf(data.train.labels.length, settings.batchSize, network.byBatch.size > 0)
  let position = run.from
  const isOver = ({ epoch, patience: { waited } }: Position) =>
    epoch >= settings.epochs || waited >= (settings.patience ?? Number.POSITIVE_INFINITY)
  if (run.onStart && isUntouched(position)) {
    const started = await judgeStart(run, position)
    if (started === 'stopped') return { position, stopped: true }
    position = started
  }
  while (!isOver(position)) {
    const began = performance.now()
    const before = position.running.seen
    const order = Int32Array.from({ length: data.train.labels.length }, (_, i) => i)
    shuffle(order, randomAt(seed, position.phase, position.epoch, 'order'))
    const rateAt = (step: number) =>
      settings.learningRate *
      rateFactor(
        settings.schedule,
        { step, stepsPerEpoch: batches, epochs: settings.epochs },
        position.plateau,
      )
    const rowsOf = (batch: number) =>
      order.slice(batch * settings.batchSize, (batch + 1) * settings.batchSize)
    const shareOf = (batch: number) => {
      const rows = rowsOf(batch)
      const { mixup } = settings
      const draw = () => randomAt(seed, position.phase, position.epoch, batch, 'mixup')
      return shareOfBatch(rows, group, mixup ? drawMix(mixup, rows.length, draw()) : undefined)
    }
    const readBatch = (batch: number) =>
      batch < batches ? readAhead(data.train, shareOf(batch), position.epoch) : undefined
    let next = readBatch(position.batch)
    while (position.batch < batches) {
      if (await pause()) return { position, stopped: true }
      const { share, values } = next!
      const read = await values
      next = readBatch(position.batch + 1)
      position = await step(run, position, {
        sumChanges,
        share,
        values: read,
        batches,
        rate: rateAt(position.step),
        pace: { began, before },
      })
      if (position.batch < batches) await run.onBatch?.(position)
    }
    const validation = await judgeEpoch(run)
    if (validation === 'stopped') return { position, stopped: true }
    if (validation && !Number.isFinite(validation.loss))
      throw diverged(phase, position, rateAt(position.step - 1))
    const { seen, loss: sum, right } = position.running
    const loss = sum / seen
    const judgedNow: Judged | undefined = validation && {
      phase: position.phase,
      epoch: position.epoch + 1,
      validationLoss: validation.loss,
      validationTop1: validation.top1,
    }
    const isBest =
      judgedNow !== undefined &&
      !(judgedNow.validationLoss >= (position.best?.validationLoss ?? Number.POSITIVE_INFINITY))
    const learningRate = rateAt(position.step - 1)
    position = {
      ...position,
      epoch: position.epoch + 1,
      batch: 0,
      running: { loss: 0, seen: 0, right: 0 },
      plateau: afterEpoch(settings.schedule, position.plateau, validation?.loss ?? loss),
      patience: patienceAfter(position.patience, validation?.loss),
      best: isBest ? judgedNow : position.best,
    }
    const point: EpochPoint = {
      phase: phase.name,
      epoch: position.epoch,
      loss,
      top1: right / seen,
      learningRate,
      ...(validation && { validationLoss: validation.loss, validationTop1: validation.top1 }),
      imagesPerSecond: ((seen - before) * 1000) / (performance.now() - began),
    }
    await run.onEpoch(point, position, isBest)
  }
  return { position, stopped: false }
}

/** Whether nothing was trained or judged yet. */
function isUntouched({ phase, epoch, batch, best }: Position): boolean {
  return phase === 0 && epoch === 0 && batch === 0 && best === null
}

/** Epoch 0: what was solved, or another run left, is held to what training makes of it. */
async function judgeStart(run: PhaseRun, position: Position): Promise<Position | 'stopped'> {
  const validation = await judgeEpoch(run)
  if (validation === undefined || validation === 'stopped') return validation ?? position
  const { loss: validationLoss, top1: validationTop1 } = validation
  const started: Position = {
    ...position,
    best: { phase: position.phase, epoch: 0, validationLoss, validationTop1 },
    patience: patienceAfter(position.patience, validationLoss),
    plateau: afterEpoch(run.phase.settings.schedule, position.plateau, validationLoss),
  }
  await run.onStart?.({ phase: run.phase.name, validationLoss, validationTop1 }, started)
  return started
}

type Batch = {
  readonly sumChanges: SumTensors
  readonly share: BatchShare
  /** Absent where this device has no picture of the batch. */
  readonly values: Awaited<ReturnType<ExampleSource['read']>> | undefined
  readonly batches: number
  readonly rate: number
  /** When the epoch began in this attempt, and how many pictures were seen of it by then. */
  readonly pace: { readonly began: number; readonly before: number }
}

async function step(run: PhaseRun, position: Position, batch: Batch): Promise<Position> {
  const { network, optimizer, phase, data, seed, group = ALONE } = run
  const { sumChanges, share, values, batches, rate, pace } = batch
  const { rows } = share
  const place = [position.phase, position.epoch, position.batch] as const
  const { loss, right } = await trainStep({ network, optimizer, group, sumChanges }, phase.settings, {
    share,
    boundary: values && network.boundaryOf(data.train, values),
    labels: Int32Array.from(rows, (row) => data.train.labels[row]!),
    rate,
    step: position.step + 1,
    random: (...purpose) => randomAt(seed, ...place, ...purpose),
  })
  if (!Number.isFinite(loss)) throw diverged(phase, position, rate)
  const { running } = position
  run.onStep({
    phase: phase.name,
    epoch: position.epoch + 1,
    batch: position.batch + 1,
    batches,
    loss,
    learningRate: rate,
    imagesPerSecond: ((running.seen + rows.length - pace.before) * 1000) / (performance.now() - pace.began),
  })
  return {
    ...position,
    batch: position.batch + 1,
    step: position.step + 1,
    running: {
      loss: running.loss + loss * rows.length,
      seen: running.seen + rows.length,
      right: running.right + right,
    },
  }
}

async function judgeEpoch({ network, phase, data, pause, group = ALONE }: PhaseRun) {
  const { validation } = data
  if (!validation?.labels.length) return undefined
  return (await judgeSource(network, validation, phase.settings.batchSize, pause, group)) ?? 'stopped'
}

/** Batch norm by the batch needs whole batches: a rest is left for another epoch's order, unless it is all there is. */
function batchesOf(count: number, batchSize: number, wholeOnes: boolean): number {
  return wholeOnes && count >= batchSize ? Math.floor(count / batchSize) : Math.ceil(count / batchSize)
}

/** An error of a batch that a stop makes needless must not end the process; whoever awaits it still gets it. */
function readAhead(source: ExampleSource, share: BatchShare, epoch: number) {
  const values = share.reads.length > 0 ? source.read(share.reads, epoch) : Promise.resolve(undefined)
  values.catch(() => {})
  return { share, values }
}

function patienceAfter(
  { best, waited }: Position['patience'],
  loss: number | undefined,
): Position['patience'] {
  if (loss === undefined) return { best, waited }
  return best === null || loss < best ? { best: loss, waited: 0 } : { best, waited: waited + 1 }
}

/** What to say when the loss, or a weight, is no number any more. */
export function diverged(
  { name, settings }: FineTuningPhase,
  { step, epoch }: Position,
  rate: number,
): Problem {
  const warm = step < 200 && !settings.schedule.warmupEpochs ? ' or a warm-up' : ''
  const clip = settings.clipNorm ? '' : ' or gradient clipping (clipNorm=1)'
  return new Problem('training/diverged', {
    says: `The loss stopped being a number at step ${step + 1} (${name}, epoch ${epoch + 1}) with a learning rate of ${rate.toPrecision(2)}: the training diverged.`,
    advice: `Set a learning rate of ${(rate / 10).toPrecision(1)} or less${warm}${clip}.`,
  })
}
