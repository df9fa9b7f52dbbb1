import type { TensorId, WeightStore } from '../backbone/graph.ts'
import type { OnnxTensor } from './model.ts'

/** What the emission of one node reads, and where it puts tensors. */
export type OnnxWriter = {
  /** Per picture, NHWC without the N. */
  readonly shapes: ReadonlyMap<TensorId, readonly number[]>
  readonly weights: WeightStore
  /** Adds a tensor, once per name; returns the name. */
  initializer(name: string, dims: readonly number[], data: OnnxTensor['data']): string
}

/** ONNX convolves channels first, so our tensors have inner names; outputs get their own names back as NHWC. */
export const inner = (id: TensorId): string => `${id}/nchw`
