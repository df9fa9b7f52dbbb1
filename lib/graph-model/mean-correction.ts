import type { GraphNode, WeightTensor } from '../backbone/graph.ts'
import { type ExplicitPadding, windowedSize } from '../backbone/padding.ts'

/**
 * What turns a mean over whole windows into a mean over the part of them that lies inside the picture: `[1, h, w, 1]`.
 */
export function meanCorrection(
  { kernel, strides }: Extract<GraphNode, { op: 'avgPool' }>,
  size: readonly [height: number, width: number],
  padding: ExplicitPadding,
): WeightTensor {
  const [rows, columns] = windowedSize(padding, size, kernel, strides)
  const inside = (at: number, axis: 0 | 1, before: number) => {
    const start = at * strides[axis] - before
    return Math.min(size[axis], start + kernel[axis]) - Math.max(0, start)
  }
  const data = Float32Array.from({ length: rows * columns }, (_, i) => {
    const counted = inside(Math.floor(i / columns), 0, padding.top) * inside(i % columns, 1, padding.left)
    return (kernel[0] * kernel[1]) / counted
  })
  return { shape: [1, rows, columns, 1], data }
}
