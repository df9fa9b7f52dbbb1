import type { BackboneGraph, WeightStore, WeightTensor } from '../backbone/graph.ts'
import { Problem } from '../problem.ts'
import { pauseFor } from '../training/pause.ts'
import { judged, logitsOfSource } from './judge.ts'
import type { Device } from './network/pass.ts'
import { openNetwork } from './network-on-device.ts'
import { Optimizer } from './optimizers/optimizer.ts'
import { outOfMemory } from './out-of-memory.ts'
import { overlaid } from './overlaid.ts'
import { ALONE, anyOf, type DeviceGroup } from './parallel/device-group.ts'
import { demandSame } from './parallel/same-weights.ts'
import { diverged, type EpochPoint, runPhase, type StartPoint, type StepPoint } from './run-phase.ts'
import type { FineTuningPhase } from './settings.ts'
import type { OpenData } from './source.ts'
import { atPhase, type FineTuningState, type Judged, type Position, START } from './state.ts'

export type FineTuneTask = {
  /** The backbone with its head; its last node gives the logits. */
  readonly graph: BackboneGraph
  /** As they are restored. */
  readonly weights: WeightStore
  /** Where training starts from something else: fresh, solved, or trained before. Part of every checkpoint. */
  readonly begin?: ReadonlyMap<string, WeightTensor> | undefined
  readonly phases: readonly FineTuningPhase[]
  readonly data: OpenData
  /** An engine's tfjs and kernels. */
  readonly device: Device
  /** The devices that train together, each in its own process with this task; alone where absent. */
  readonly group?: DeviceGroup | undefined
  readonly seed: number
  /** A checkpoint to go on from. */
  readonly from?: FineTuningState | undefined
  /** Where given, what training starts from is judged too, and a candidate for the best: its head is not random. */
  readonly onStart?: (point: StartPoint) => void
  readonly onPoint?: (point: EpochPoint) => void
  readonly onStep?: (point: StepPoint) => void
  /** Asked before every batch. */
  readonly shouldStop?: () => boolean
  /** Asked after every batch: whether a checkpoint is wanted before the epoch is over. */
  readonly checkpointDue?: () => boolean
  /** Called after every epoch, when one is due, and at a stop in the middle of one, with all that is needed to go on. */
  readonly checkpoint?: (state: FineTuningState) => Promise<void>
}

export type FineTuned = {
  /** As the last step left them. */
  readonly last: WeightStore
  /** As they were when the validation loss was least, and how that was judged; absent without validation. */
  readonly best?: { readonly weights: WeightStore; readonly judged: Judged }
  readonly stopped: boolean
}

/**
 * Trains a network in phases. Same task, same engine, same number of threads: the same bytes; also when it was stopped and
 * goes on from a checkpoint. What no phase trains is not changed by a byte.
 *
 * @throws Problem `training/diverged` (with step, rate and advice), `training/no-pictures`, `training/out-of-memory`.
 */
export async function fineTune(task: FineTuneTask): Promise<FineTuned> {
  const { graph, phases, device, seed, from, group = ALONE } = task
  const changed = new Map<string, WeightTensor>([...(task.begin ?? []), ...(from?.weights ?? [])])
  let best = from?.bestWeights
  let position: Position = from?.position ?? START
  const store = () => overlaid(task.weights, changed)
  const result = (stopped: boolean): FineTuned => ({
    last: store(),
    ...(best && position.best && { best: { weights: overlaid(task.weights, best), judged: position.best } }),
    stopped,
  })
  const ownPause = pauseFor(task.shouldStop ?? (() => false))
  const pause = group.size > 1 ? async () => anyOf(group, await ownPause()) : ownPause

  for (let index = position.phase; index < phases.length; index++) {
    const phase = phases[index]!
    const resumed = from !== undefined && index === from.position.phase
    if (position.phase !== index) position = atPhase(position, index)
    const data = await task.data(phase, index, store())
    const network = openNetwork(device, graph, store(), phase)
    const optimizer = new Optimizer(device.tf, phase.settings.optimizer, resumed ? from.slots : {})
    const save = async (at: Position) => {
      position = at
      for (const [name, tensor] of await network.weights.read(network.changing)) {
        if (!tensor.data.every(Number.isFinite)) throw diverged(phase, at, phase.settings.learningRate)
        changed.set(name, tensor)
      }
    }
    const keep = async () =>
      task.checkpoint?.({
        position,
        weights: new Map(changed),
        slots: await optimizer.save(),
        bestWeights: best,
      })
    const began = async (point: StartPoint, at: Position) => {
      await save(at)
      best = new Map(changed)
      task.onStart?.(point)
      await keep()
    }
    try {
      demandPictures(data.train.labels.length)
      const ended = await runPhase({
        network,
        optimizer,
        group,
        phase,
        data,
        seed,
        from: position,
        pause,
        ...(task.onStart && { onStart: began }),
        onStep: (point) => task.onStep?.(point),
        onBatch: async (at) => {
          if (!task.checkpointDue?.()) return
          await save(at)
          await keep()
        },
        onEpoch: async (point, at, isBest) => {
          await save(at)
          await demandSame(group, changed.values())
          if (isBest) best = new Map(changed)
          task.onPoint?.(point)
          await keep()
        },
      })
      await save(ended.position)
      if (ended.stopped) {
        await keep()
        return result(true)
      }
    } catch (thrown) {
      throw outOfMemory(thrown, phase) ?? thrown
    } finally {
      optimizer.dispose()
      network.dispose()
      await data.close?.()
    }
  }
  return result(false)
}

/** Logits of a network for pictures that `data` gives, `[n, classes]`: for evaluation and calibration after training. */
export async function predict(
  task: Pick<FineTuneTask, 'graph' | 'weights' | 'device'> & { phase: FineTuningPhase },
  source: Parameters<typeof logitsOfSource>[1],
): Promise<{ logits: Float32Array; loss: number; top1: number }> {
  const network = openNetwork(task.device, task.graph, task.weights, task.phase)
  try {
    const found = await logitsOfSource(network, source, task.phase.settings.batchSize, async () => false)
    return { logits: found!.logits, ...judged(found!.logits, source.labels) }
  } finally {
    network.dispose()
  }
}

function demandPictures(count: number): void {
  if (count > 0) return
  throw new Problem('training/no-pictures', {
    says: 'The train split has no pictures, so there is nothing to learn from.',
    advice: 'Import the dataset with a larger share for training.',
  })
}
