import type { BackboneGraph, TensorId, WeightStore } from '../../lib/backbone/graph.ts'
import type { Computed } from '../../lib/backbone/parity/compare.ts'

/** Something that reads a backbone's graph and computes it. All of them must agree with timm. */
export interface GraphReader {
  readonly id: 'interpreter' | 'onnx' | 'browser' | 'webgpu' | `onnx-${'webgpu' | 'cuda' | 'tensorrt'}`
  /** Which of these tensors exist once this reader has rewritten the graph: folding removes raw convolutions. */
  surviving(graph: BackboneGraph, outputs: readonly TensorId[]): readonly TensorId[]
  /** @param image NHWC, `[1, S, S, 3]`, already normalised. Maps come back as NHWC. */
  compute(
    graph: BackboneGraph,
    weights: WeightStore,
    image: Float32Array,
    outputs: readonly TensorId[],
  ): Promise<Record<TensorId, Computed>>
}
