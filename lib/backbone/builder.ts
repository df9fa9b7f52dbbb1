import type { BackboneGraph, GraphNode, GraphOp, Padding, Pair, TensorId } from './graph.ts'
import { symmetricPadding } from './padding.ts'

/** How far a window reaches beyond the map: TensorFlow's SAME, PyTorch's (k − 1) / 2 on every side, or not at all. */
type PaddingRule = 'same' | 'symmetric' | 'valid'

type Window = { kernel: number | Pair; stride?: number; padding?: PaddingRule | Exclude<Padding, string> }

export type GraphBuilder = ReturnType<typeof graphBuilder>

/**
 * Writes a graph down from the image to the features. Each method adds one node (or a fixed few) and returns its tensor;
 * names are timm's module names, so that weights and stages are found by them.
 *
 * `padding` is what windows do that don't say otherwise. The first group is to be called `stem`: the image belongs to it.
 */
export function graphBuilder({
  size,
  batchNormEpsilon,
  padding: usual,
}: {
  size: number
  batchNormEpsilon: number
  padding: PaddingRule
}) {
  const nodes: GraphNode[] = [{ op: 'image', id: 'image', inputs: [], group: 'stem' }]
  const groups: string[] = []
  const stages: Record<string, TensorId> = {}

  function node(id: TensorId, inputs: readonly TensorId[], op: GraphOp): TensorId {
    nodes.push({ ...op, id, inputs, group: groups.at(-1) ?? 'stem' })
    return id
  }

  function windowOf({ kernel, stride = 1, padding = usual }: Window) {
    const pair: Pair = typeof kernel === 'number' ? [kernel, kernel] : kernel
    return {
      kernel: pair,
      strides: [stride, stride] as const,
      padding: padding === 'symmetric' ? symmetricPadding(pair) : padding,
    }
  }

  const builder = {
    image: 'image' as TensorId,

    /** All that `build` adds freezes as one; its result is also the stage of that name, unless a module inside has it. */
    group(name: string, build: () => TensorId): TensorId {
      groups.push(name)
      const result = build()
      stages[name] ??= result
      return result
    },
    /** Says that timm's module `name` returns `tensor`, for parity. */
    stage(name: string, tensor: TensorId): TensorId {
      stages[name] = tensor
      return tensor
    },

    conv(name: string, input: TensorId, { filters, ...window }: Window & { filters: number }): TensorId {
      return node(name, [input], { op: 'conv', filters, ...windowOf(window), weight: `${name}.weight` })
    },
    depthwiseConv(name: string, input: TensorId, window: Window): TensorId {
      return node(name, [input], { op: 'depthwiseConv', ...windowOf(window), weight: `${name}.weight` })
    },
    maxPool(name: string, input: TensorId, window: Window): TensorId {
      return node(name, [input], { op: 'maxPool', ...windowOf(window) })
    },
    /** `countPad`: padded zeros are part of the mean. */
    avgPool(
      name: string,
      input: TensorId,
      { countPad = false, ...window }: Window & { countPad?: boolean },
    ): TensorId {
      return node(name, [input], { op: 'avgPool', ...windowOf(window), countPad })
    },
    batchNorm(name: string, input: TensorId): TensorId {
      return node(name, [input], {
        op: 'batchNorm',
        epsilon: batchNormEpsilon,
        scale: `${name}.weight`,
        shift: `${name}.bias`,
        mean: `${name}.running_mean`,
        variance: `${name}.running_var`,
      })
    },
    /** Batch norm and relu6, which timm keeps in one module. */
    batchNormRelu6(name: string, input: TensorId): TensorId {
      return node(`${name}.act`, [builder.batchNorm(name, input)], { op: 'relu6' })
    },
    relu(name: string, input: TensorId): TensorId {
      return node(name, [input], { op: 'relu' })
    },
    add(name: string, inputs: readonly TensorId[]): TensorId {
      return node(name, inputs, { op: 'add' })
    },
    concat(name: string, inputs: readonly TensorId[]): TensorId {
      return node(name, inputs, { op: 'concat' })
    },
    /** Leaves out the first rows and columns. */
    slice(name: string, input: TensorId, from: { top: number; left: number }): TensorId {
      return node(name, [input], { op: 'slice', ...from })
    },

    /** The graph: features are the mean of `featureMap` over its pixels. */
    finish(featureMap: TensorId): BackboneGraph {
      const features = builder.stage(
        'global_pool',
        node('global_pool', [featureMap], { op: 'globalAveragePool' }),
      )
      return { nodes, groups, size, features, featureMap, stages }
    },
  }
  return builder
}
