import type { BackboneGraph, GraphNode, GraphOp, Padding, TensorId } from './graph.ts'

type Window = { kernel: number; stride?: number; padding?: Padding }

export type GraphBuilder = ReturnType<typeof graphBuilder>

/**
 * Writes a graph down from the image to the features. Each method adds one node (or a fixed few) and returns its tensor;
 * names are timm's module names, so that weights and stages are found by them.
 */
export function graphBuilder({ size, batchNormEpsilon }: { size: number; batchNormEpsilon: number }) {
  const nodes: GraphNode[] = [{ op: 'image', id: 'image', inputs: [], group: 'stem' }]
  const groups: string[] = []
  const stages: Record<string, TensorId> = {}

  function node(id: TensorId, inputs: readonly TensorId[], op: GraphOp): TensorId {
    nodes.push({ ...op, id, inputs, group: groups.at(-1) ?? 'stem' })
    return id
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

    conv(
      name: string,
      input: TensorId,
      { kernel, stride = 1, padding = 'same', filters }: Window & { filters: number },
    ): TensorId {
      return node(name, [input], {
        op: 'conv',
        filters,
        kernel: [kernel, kernel],
        strides: [stride, stride],
        padding,
        weight: `${name}.weight`,
      })
    },
    depthwiseConv(name: string, input: TensorId, { kernel, stride = 1, padding = 'same' }: Window): TensorId {
      return node(name, [input], {
        op: 'depthwiseConv',
        kernel: [kernel, kernel],
        strides: [stride, stride],
        padding,
        weight: `${name}.weight`,
      })
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
    add(name: string, inputs: readonly TensorId[]): TensorId {
      return node(name, inputs, { op: 'add' })
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
