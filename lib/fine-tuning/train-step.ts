import type { TensorId } from '../backbone/graph.ts'
import type { Tensor } from './kernels.ts'
import { softmaxCrossEntropy, targetsOf } from './loss.ts'
import { forwardPass } from './network/pass.ts'
import type { NetworkOnDevice } from './network-on-device.ts'
import type { Optimizer } from './optimizers/optimizer.ts'
import { drawMix, dropoutMask, mixTensors } from './regularise.ts'
import type { TrainingSettings } from './settings.ts'
import { clipScale, followStatistics, moveWeights } from './update-weights.ts'

/** PyTorch's share of a batch in the moving statistics. */
const STATISTICS_MOMENTUM = 0.1

export type StepTask = {
  /** Belongs to the step. */
  readonly boundary: ReadonlyMap<TensorId, Tensor>
  readonly labels: Int32Array
  readonly rate: number
  /** Steps of this phase, this one included. */
  readonly step: number
  /** A generator for each purpose of what is random in this step. */
  readonly random: (purpose: string) => () => number
}

export type StepResult = {
  /** Before the step, without the term of weight decay. */
  readonly loss: number
  /** Pictures whose likeliest class was the true one. */
  readonly right: number
}

/** One step on one batch: forward, loss, backward, and every trained weight moves; none does when the loss is no number. */
export async function trainStep(
  network: NetworkOnDevice,
  optimizer: Optimizer,
  settings: TrainingSettings,
  { boundary: given, labels, rate, step, random }: StepTask,
): Promise<StepResult> {
  const { tf } = network.device
  const mixed = settings.mixup ? drawMix(settings.mixup, labels.length, random('mixup')) : undefined
  const mask = settings.dropout
    ? dropoutMask(tf, settings.dropout, [labels.length, network.featureWidth], random('dropout'))
    : undefined
  const pass = forwardPass(network.device, network.suffix, mixed ? mixTensors(tf, given, mixed) : given, {
    weights: network.weights.tensors,
    trainable: network.trainable,
    byBatch: network.byBatch,
    ...(mask && { dropout: { at: network.graph.features, mask } }),
  })
  try {
    const logits = (await pass.output.data()) as Float32Array
    const classes = logits.length / labels.length
    const { loss, gradient } = softmaxCrossEntropy(logits, targetsOf(labels, { ...settings, classes, mixed }))
    if (!Number.isFinite(loss)) return { loss, right: 0 }
    const right = countRight(logits, labels)
    const dLogits = tf.tensor2d(gradient, [labels.length, classes])
    const gradients = pass.backward(dLogits)
    dLogits.dispose()
    const scale = settings.clipNorm ? await clipScale(tf, gradients, settings.clipNorm) : 1
    if (!Number.isFinite(scale)) {
      tf.dispose([...gradients.values()])
      return { loss: Number.NaN, right }
    }
    moveWeights(network, optimizer, settings, gradients, { rate, step, scale })
    followStatistics(network, pass.statistics, settings.statisticsMomentum ?? STATISTICS_MOMENTUM)
    return { loss, right }
  } finally {
    pass.dispose()
    mask?.dispose()
    tf.dispose(pass.statistics.flatMap(({ mean, variance }) => [mean, variance]))
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
