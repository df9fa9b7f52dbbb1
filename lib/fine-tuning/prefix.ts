import { foldBatchNorm } from '../backbone/fold.ts'
import type { BackboneGraph, TensorId, WeightStore } from '../backbone/graph.ts'
import { loadWeights, runGraph } from '../backbone/interpreter.ts'
import type { Map4, Tensor, Tf } from './kernels.ts'

/** Runs the frozen part on pictures, outside of what is remembered: each tensor is freed at its last use. */
export type Prefix = { run(image: Map4): Map<TensorId, Tensor>; dispose(): void }

export function openPrefix(
  tf: Tf,
  graph: BackboneGraph,
  store: WeightStore,
  boundary: readonly TensorId[],
): Prefix {
  const folded = foldBatchNorm(graph, store, boundary)
  const loaded = loadWeights(tf, folded.graph, folded.weights, boundary)
  return {
    run: (image) => new Map(Object.entries(runGraph(tf, folded.graph, loaded, image, boundary))),
    dispose: () => loaded.dispose(),
  }
}
