import type { TensorId } from '../../backbone/graph.ts'
import type { Tensor, Tf, TrainingKernels, Vector } from '../kernels.ts'
import { Held } from './held.ts'
import { type Computed, computeNode, type RuleContext } from './rules.ts'
import type { Suffix, SuffixNode } from './suffix.ts'

/** What computes: tfjs on its active backend, and the kernels that go with it. */
export type Device = { readonly tf: Tf; readonly kernels: TrainingKernels }

export type PassSettings = {
  readonly weights: ReadonlyMap<string, Tensor>
  readonly trainable: ReadonlySet<string>
  /** Batch norms that normalise by the batch's statistics. */
  readonly byBatch: ReadonlySet<TensorId>
  /** What the head reads in training instead of the features, and what that does to their gradient. */
  readonly dropout?: { readonly at: TensorId; readonly mask: Tensor }
}

/** A batch's mean and variance at one batch norm. */
export type BatchStatistics = {
  readonly node: Extract<SuffixNode, { op: 'batchNorm' }>
  readonly mean: Vector
  readonly variance: Vector
}

export type ForwardPass = {
  readonly output: Tensor
  /** To be disposed by the caller. */
  readonly statistics: readonly BatchStatistics[]
  /** Gradients of every trained weight from the output's. Belongs to the caller; the pass is over then. */
  backward(dOutput: Tensor): Map<string, Tensor>
  /** Ends the pass without a way back. */
  dispose(): void
}

/**
 * Runs the suffix on a batch and remembers the way back. Only what the backward pass reads is kept, and freed as soon as
 * it was read. `boundary` belongs to the pass from here on.
 */
export function forwardPass(
  { tf, kernels }: Device,
  suffix: Suffix,
  boundary: ReadonlyMap<TensorId, Tensor>,
  settings: PassSettings,
): ForwardPass {
  const { weights, trainable, byBatch, dropout } = settings
  const context: RuleContext = {
    tf,
    kernels,
    weight: (name) => weights.get(name)!,
    trains: (name) => trainable.has(name),
    byBatch,
  }
  const held = new Held(tf)
  const values = new Map<TensorId, Tensor>()
  const way: { node: SuffixNode; computed: Computed }[] = []
  const statistics: BatchStatistics[] = []
  const put = (id: TensorId, value: Tensor) => {
    values.set(id, value)
    held.hold(value, Math.max(1, (suffix.readers.get(id) ?? 0) + (id === suffix.output ? 1 : 0)))
    if (!suffix.readers.has(id) && id !== suffix.output) held.release(value)
  }
  const putDropped = (id: TensorId, value: Tensor) => {
    const kept = dropped(tf, id, value, dropout)
    held.hold(value)
    put(id, kept)
    held.release(value)
  }
  try {
    for (const [id, value] of boundary) putDropped(id, value)
    for (const node of suffix.nodes) {
      const inputs = node.inputs.map((id) => values.get(id)!)
      const computed = computeNode(context, node, inputs)
      if (computed.statistics && node.op === 'batchNorm') statistics.push({ node, ...computed.statistics })
      const goesBack = suffix.reached.has(node.id)
      if (goesBack) {
        for (const tensor of [...computed.keeps, ...computed.own]) held.hold(tensor)
        way.push({ node, computed })
      } else tf.dispose([...computed.own])
      putDropped(node.id, computed.value)
      for (const input of inputs) held.release(input)
    }
  } catch (thrown) {
    held.releaseAll()
    tf.dispose(statistics.map(({ mean, variance }) => [mean, variance]))
    throw thrown
  }
  const output = values.get(suffix.output)!

  return {
    output,
    statistics,
    dispose: () => held.releaseAll(),
    backward(dOutput) {
      const found = new Map<string, Tensor>()
      const arriving = new Map<TensorId, Tensor>()
      const arrive = (id: TensorId, gradient: Tensor) => {
        const before = arriving.get(id)
        const sum = before ? tf.add(before, gradient) : gradient
        held.hold(sum)
        if (before) held.release(before)
        arriving.set(id, sum)
      }
      try {
        arrive(suffix.output, tf.clone(dOutput))
        for (const { node, computed } of way.toReversed()) {
          const dy = arriving.get(node.id)
          arriving.delete(node.id)
          if (dy) goBack(node, computed, dy)
          for (const tensor of [...computed.keeps, ...computed.own]) held.release(tensor)
        }
        return found
      } catch (thrown) {
        tf.dispose([...found.values()])
        throw thrown
      } finally {
        held.releaseAll()
      }

      function goBack(node: SuffixNode, computed: Computed, given: Tensor) {
        const dy = dropped(tf, node.id, given, dropout)
        if (dy !== given) {
          held.hold(dy)
          held.release(given)
        }
        const gradients = computed.backward(
          dy,
          node.inputs.map((id) => suffix.reached.has(id)),
        )
        for (const [i, gradient] of gradients.inputs.entries()) {
          if (!gradient) continue
          // Held while it is added to what arrived by another branch.
          if (gradient !== dy) held.hold(gradient)
          arrive(node.inputs[i]!, gradient)
          if (gradient !== dy) held.release(gradient)
        }
        for (const [name, gradient] of gradients.weights) addTo(found, name, gradient)
        held.release(dy)
      }

      function addTo(all: Map<string, Tensor>, name: string, gradient: Tensor) {
        const before = all.get(name)
        all.set(name, before ? tf.add(before, gradient) : gradient)
        if (before) tf.dispose([before, gradient])
      }
    },
  }
}

/** Dropout is a product with its mask, forward and backward alike. */
function dropped(tf: Tf, id: TensorId, value: Tensor, dropout: PassSettings['dropout']): Tensor {
  return dropout?.at === id ? tf.mul(value, dropout.mask) : value
}
