import type { WeightTensor } from '../backbone/graph.ts'

/** A tensor with its axes in another order, as `numpy.transpose`. */
export function transpose({ shape, data }: WeightTensor, order: readonly number[]): WeightTensor {
  const to = order.map((axis) => shape[axis]!)
  const strides = order.map((axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1))
  const out = new Float32Array(data.length)
  const at = to.map(() => 0)
  let from = 0
  for (let i = 0; i < out.length; i++) {
    out[i] = data[from]!
    for (let axis = to.length - 1; axis >= 0; axis--) {
      at[axis]!++
      from += strides[axis]!
      if (at[axis]! < to[axis]!) break
      from -= strides[axis]! * to[axis]!
      at[axis] = 0
    }
  }
  return { shape: to, data: out }
}
