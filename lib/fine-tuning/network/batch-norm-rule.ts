import type { GraphNode } from '../../backbone/graph.ts'
import type { Map4, NormGradient, Tensor, Vector } from '../kernels.ts'
import type { Computed, RuleContext } from './rules.ts'

type BatchNorm = Extract<GraphNode, { op: 'batchNorm' }>

/** Batch norm in its three lives: frozen (a scale and a shift), trained on moving, or on the batch's statistics. */
export function batchNormRule(context: RuleContext, node: BatchNorm, x: Map4): Computed {
  const { tf, kernels, trains } = context
  const scale = context.weight(node.scale) as Vector
  const shift = context.weight(node.shift) as Vector
  const byBatch = context.byBatch.has(node.id)
  const wantsAffine = trains(node.scale) || trains(node.shift)

  if (byBatch) {
    const { y, mean, variance, saved } = kernels.batchNorm(x, scale, shift, node.epsilon)
    return {
      value: y,
      keeps: [x],
      own: saved,
      statistics: { mean, variance },
      backward: (dy, [wanted]) =>
        chosen(kernels.batchNormGradient(dy as Map4, x, scale, { saved }, node.epsilon), wanted ?? false),
    }
  }
  const moving = {
    mean: context.weight(node.mean) as Vector,
    variance: context.weight(node.variance) as Vector,
  }
  return {
    value: tf.batchNorm(x, moving.mean, moving.variance, shift, scale, node.epsilon),
    keeps: wantsAffine ? [x] : [],
    own: [],
    backward: (dy, [wanted]) => {
      if (wantsAffine)
        return chosen(kernels.movingNormGradient(dy as Map4, x, scale, moving, node.epsilon), wanted ?? false)
      const factor = () => tf.mul(scale, tf.rsqrt(tf.add(moving.variance, node.epsilon)))
      return { inputs: [wanted ? tf.tidy(() => tf.mul(dy, factor())) : undefined], weights: [] }
    },
  }

  /** The fused kernel gives all three gradients; what nobody asked for is freed. */
  function chosen({ dx, dScale, dShift }: NormGradient, wanted: boolean) {
    const weights: [string, Tensor][] = []
    for (const [name, gradient] of [
      [node.scale, dScale],
      [node.shift, dShift],
    ] as const) {
      if (wantsAffine && trains(name)) weights.push([name, gradient])
      else gradient.dispose()
    }
    if (!wanted) dx.dispose()
    return { inputs: [wanted ? dx : undefined], weights }
  }
}
