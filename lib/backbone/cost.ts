import type { BackboneGraph, GraphNode, TensorId } from './graph.ts'
import { shapesOf, weightShapes } from './shapes.ts'

export type Cost = {
  /** Weights that training can change, batch norm's moving statistics left out. */
  readonly parameters: number
  /** Floating-point operations of one forward pass for one picture; a multiply-add counts as two. */
  readonly flops: number
}

/** What each node costs, by its id, in the graph's order. */
export function costOfNodes(graph: Pick<BackboneGraph, 'nodes' | 'size'>): Map<TensorId, Cost> {
  const shapes = shapesOf(graph)
  const weights = weightShapes(graph)
  return new Map(
    graph.nodes.map((node) => {
      const parameters = trainableNames(node).reduce((sum, name) => sum + product(weights.get(name)!), 0)
      const input = shapes.get(node.inputs[0] ?? node.id)!
      return [node.id, { parameters, flops: flopsOf(node, input, shapes.get(node.id)!) }]
    }),
  )
}

/** What each layer group costs, in the graph's order. */
export function costOfGroups(graph: BackboneGraph): Map<string, Cost> {
  const nodes = costOfNodes(graph)
  const costs = new Map<string, Cost>(graph.groups.map((group) => [group, { parameters: 0, flops: 0 }]))
  for (const node of graph.nodes) {
    const before = costs.get(node.group) ?? { parameters: 0, flops: 0 }
    const { parameters, flops } = nodes.get(node.id)!
    costs.set(node.group, { parameters: before.parameters + parameters, flops: before.flops + flops })
  }
  return costs
}

/** Weights of a node that training can change: moving statistics are not among them. */
export function trainableNames(node: GraphNode): string[] {
  if (node.op === 'batchNorm') return [node.scale, node.shift]
  if (!('weight' in node)) return []
  return node.bias ? [node.weight, node.bias] : [node.weight]
}

function flopsOf(node: GraphNode, input: readonly number[], output: readonly number[]): number {
  const size = product(output)
  switch (node.op) {
    case 'conv':
      return 2 * size * product(node.kernel) * input.at(-1)!
    case 'depthwiseConv':
      return 2 * size * product(node.kernel)
    case 'dense':
      return 2 * size * input[0]!
    case 'batchNorm':
      return 2 * size
    case 'maxPool':
    case 'avgPool':
      return size * product(node.kernel)
    case 'globalAveragePool':
      return product(input)
    case 'add':
      return size * (node.inputs.length - 1)
    case 'relu':
    case 'relu6':
      return size
    default:
      return 0
  }
}

function product(numbers: readonly number[]): number {
  return numbers.reduce((all, n) => all * n, 1)
}
