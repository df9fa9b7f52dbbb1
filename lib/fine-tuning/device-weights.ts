import type { BackboneGraph, GraphNode, WeightStore, WeightTensor } from '../backbone/graph.ts'
import { loadWeights, weightsOf } from '../backbone/interpreter.ts'
import type { Tensor, Tf } from './kernels.ts'

/** The weights of a graph's nodes on the engine, in tfjs's order of axes, while they change. */
export class DeviceWeights {
  readonly tensors: Map<string, Tensor>
  private readonly tf: Tf
  private readonly orders: ReadonlyMap<string, readonly number[] | undefined>

  constructor(tf: Tf, graph: BackboneGraph, nodes: readonly GraphNode[], store: WeightStore) {
    this.tf = tf
    const ids = nodes.map(({ id }) => id)
    this.tensors = new Map(loadWeights(tf, { ...graph, nodes }, store, ids).tensors)
    this.orders = new Map(nodes.flatMap(weightsOf).map(([name, order]) => [name, order]))
  }

  /** Puts a new tensor in a weight's place and frees the one before. */
  replace(name: string, tensor: Tensor): void {
    this.tensors.get(name)?.dispose()
    this.tensors.set(name, tensor)
  }

  /** Copies weights back, in PyTorch's order: what was not trained comes back byte for byte. */
  async read(names: Iterable<string> = this.tensors.keys()): Promise<Map<string, WeightTensor>> {
    const read = new Map<string, WeightTensor>()
    for (const name of names) {
      const tensor = this.tensors.get(name)!
      const order = this.orders.get(name)
      const turned = order ? this.tf.transpose(tensor, inverse(order)) : tensor
      // A copy: some backends hand out their own memory.
      read.set(name, { shape: turned.shape, data: Float32Array.from(await turned.data()) })
      if (turned !== tensor) turned.dispose()
    }
    return read
  }

  dispose(): void {
    this.tf.dispose([...this.tensors.values()])
    this.tensors.clear()
  }
}

function inverse(order: readonly number[]): number[] {
  return order.map((_, axis) => order.indexOf(axis))
}
