import type { TensorId } from '../backbone/graph.ts'
import type { Tensor } from './kernels.ts'
import { softmaxCrossEntropy, targetsOf, targetsWithin } from './loss.ts'
import { forwardPass } from './network/pass.ts'
import type { NetworkOnDevice } from './network-on-device.ts'
import type { Optimizer } from './optimizers/optimizer.ts'
import type { BatchShare } from './parallel/batch-share.ts'
import type { DeviceGroup } from './parallel/device-group.ts'
import type { SumTensors } from './parallel/sum-tensors.ts'
import { dropoutMask, mixTensors } from './regularise.ts'
import type { TrainingSettings } from './settings.ts'
import { clipScale, followStatistics, moveWeights } from './update-weights.ts'

/** PyTorch's share of a batch in the moving statistics. */
const STATISTICS_MOMENTUM = 0.1

/** What trains: a network on one device, or one of several that hold the same. */
export type Trained = {
  readonly network: NetworkOnDevice
  readonly optimizer: Optimizer
  readonly group: DeviceGroup
  /** Sums `network.changing` over the group. */
  readonly sumChanges: SumTensors
}

export type StepTask = {
  readonly share: BatchShare
  /** Of the rows that this device reads; belongs to the step. Absent where it has none. */
  readonly boundary: ReadonlyMap<TensorId, Tensor> | undefined
  /** Of the whole batch. */
  readonly labels: Int32Array
  readonly rate: number
  /** Steps of this phase, this one included. */
  readonly step: number
  /** A generator for each purpose, and row, of what is random in this step. */
  readonly random: (...purpose: (string | number)[]) => () => number
}

export type StepResult = {
  /** Of the whole batch, before the step, without the term of weight decay. */
  readonly loss: number
  /** Pictures whose likeliest class was the true one. */
  readonly right: number
}

/**
 * One step on one batch: forward, loss, backward, and every trained weight moves; none does when the loss is no number.
 * Devices of a group each take their share of the batch, and the gradient is that of the whole.
 */
export async function trainStep(
  trained: Trained,
  settings: TrainingSettings,
  task: StepTask,
): Promise<StepResult> {
  const { network, optimizer, group, sumChanges } = trained
  const { tf } = network.device
  const pass = await shareForward(network, settings, task)
  try {
    const totals = Float64Array.of(pass?.loss ?? 0, pass?.right ?? 0)
    await group.sum(totals)
    const [loss = 0, right = 0] = totals
    if (!Number.isFinite(loss)) return { loss, right }
    const found = await sumChanges(pass?.backward() ?? new Map())
    const gradients = new Map([...found].filter(([name]) => network.trainable.has(name)))
    const scale = settings.clipNorm ? await clipScale(tf, gradients, settings.clipNorm) : 1
    if (!Number.isFinite(scale)) {
      tf.dispose([...found.values()])
      return { loss: Number.NaN, right }
    }
    moveWeights(network, optimizer, settings, gradients, { rate: task.rate, step: task.step, scale })
    followStatistics(network, found, settings.statisticsMomentum ?? STATISTICS_MOMENTUM)
    return { loss, right }
  } finally {
    pass?.dispose()
  }
}

/** This device's part of the loss, and the way back; undefined where it has no picture of the batch. */
async function shareForward(
  network: NetworkOnDevice,
  settings: TrainingSettings,
  { share, boundary, labels, random }: StepTask,
) {
  if (!boundary) return undefined
  const { tf } = network.device
  const { own, rows, mixed, mixedBatch } = share
  const mask = settings.dropout
    ? dropoutMask(tf, settings.dropout, network.featureWidth, rows.subarray(own.from, own.to), (row) =>
        random('dropout', row),
      )
    : undefined
  const pass = forwardPass(
    network.device,
    network.suffix,
    mixed ? mixTensors(tf, boundary, mixed) : boundary,
    {
      weights: network.weights.tensors,
      trainable: network.trainable,
      byBatch: network.byBatch,
      ...(mask && { dropout: { at: network.graph.features, mask } }),
    },
  )
  const count = own.to - own.from
  const logits = (await pass.output.data()) as Float32Array
  const classes = logits.length / count
  const targets = targetsOf(labels, { ...settings, classes, mixed: mixedBatch })
  const { loss, gradient } = softmaxCrossEntropy(logits, targetsWithin(targets, own))
  return {
    loss,
    right: countRight(logits, labels.subarray(own.from, own.to)),
    /** Of the weights, and the batch's statistics by the names of the moving ones, each by this device's share of the batch. */
    backward(): Map<string, Tensor> {
      const dLogits = tf.tensor2d(gradient, [count, classes])
      const found = pass.backward(dLogits)
      dLogits.dispose()
      const part = count / rows.length
      for (const { node, mean, variance } of pass.statistics) {
        found.set(node.mean, part === 1 ? tf.clone(mean) : tf.mul(mean, part))
        found.set(node.variance, part === 1 ? tf.clone(variance) : tf.mul(variance, part))
      }
      return found
    },
    dispose() {
      pass.dispose()
      mask?.dispose()
      tf.dispose(pass.statistics.flatMap(({ mean, variance }) => [mean, variance]))
    },
  }
}

function countRight(logits: Float32Array, labels: Int32Array): number {
  const classes = logits.length / labels.length
  let right = 0
  for (let i = 0; i < labels.length; i++) {
    const row = logits.subarray(i * classes, (i + 1) * classes)
    if (row.every((logit) => logit <= row[labels[i]!]!)) right++
  }
  return right
}
