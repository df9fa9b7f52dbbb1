import type { Shard } from './parallel/shard.ts'

/** What a batch's logits should have been. */
export type Targets = {
  /** `[n, classes]`, each row sums to 1. */
  readonly probabilities: Float64Array
  /** How much each picture counts. */
  readonly weights: Float64Array
  /** How much all pictures of the batch count together, those that another device has included. */
  readonly whole: number
}

export type TargetSettings = {
  readonly classes: number
  readonly labelSmoothing?: number | undefined
  readonly classWeights?: readonly number[] | undefined
  /** Pictures are mixed with the ones at `partner`, of which `1 − share` is taken. */
  readonly mixed?: { readonly share: number; readonly partner: Int32Array } | undefined
}

/** Label smoothing (arXiv:1512.00567), class weights and mixup as targets: after that the loss is one formula. */
export function targetsOf(labels: ArrayLike<number>, settings: TargetSettings): Targets {
  const { classes, labelSmoothing = 0, classWeights, mixed } = settings
  const count = labels.length
  const probabilities = new Float64Array(count * classes).fill(labelSmoothing / classes)
  const weights = new Float64Array(count)
  const weightOf = (label: number) => classWeights?.[label] ?? 1
  for (let i = 0; i < count; i++) {
    const own = labels[i]!
    const other = mixed ? labels[mixed.partner[i]!]! : own
    const share = mixed?.share ?? 1
    probabilities[i * classes + own]! += (1 - labelSmoothing) * share
    probabilities[i * classes + other]! += (1 - labelSmoothing) * (1 - share)
    weights[i] = share * weightOf(own) + (1 - share) * weightOf(other)
  }
  return { probabilities, weights, whole: weights.reduce((sum, weight) => sum + weight, 0) || 1 }
}

/** Those of a part of the batch: losses and gradients of all parts together are those of the whole. */
export function targetsWithin({ probabilities, weights, whole }: Targets, { from, to }: Shard): Targets {
  const classes = probabilities.length / weights.length
  return {
    probabilities: probabilities.subarray(from * classes, to * classes),
    weights: weights.subarray(from, to),
    whole,
  }
}

/**
 * Mean softmax cross-entropy, pictures counting by their weights, and its gradient by the logits, both summed in double
 * precision.
 */
export function softmaxCrossEntropy(
  logits: Float32Array,
  { probabilities, weights, whole }: Targets,
): { loss: number; gradient: Float32Array } {
  const count = weights.length
  const classes = logits.length / count
  const gradient = new Float32Array(logits.length)
  let loss = 0
  for (let i = 0; i < count; i++) {
    const from = i * classes
    let largest = Number.NEGATIVE_INFINITY
    for (let k = 0; k < classes; k++) largest = Math.max(largest, logits[from + k]!)
    let sum = 0
    for (let k = 0; k < classes; k++) sum += Math.exp(logits[from + k]! - largest)
    const logSum = largest + Math.log(sum)
    const weight = weights[i]! / whole
    for (let k = 0; k < classes; k++) {
      const target = probabilities[from + k]!
      const logProbability = logits[from + k]! - logSum
      if (target > 0) loss -= weight * target * logProbability
      gradient[from + k] = weight * (Math.exp(logProbability) - target)
    }
  }
  return { loss, gradient }
}
