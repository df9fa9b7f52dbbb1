import type { BackboneGraph } from '../../lib/backbone/graph.ts'
import { Problem } from '../../lib/problem.ts'

/**
 * How many pictures `[n, S, S, 3]` holds.
 *
 * @throws Problem `engines/input-shape`, naming node and shape, when it is not a whole number of them.
 */
export function batchOf(graph: Pick<BackboneGraph, 'nodes' | 'size'>, images: Float32Array): number {
  const { size } = graph
  const perPicture = size * size * 3
  const batch = images.length / perPicture
  if (Number.isInteger(batch) && batch > 0) return batch
  throw new Problem('engines/input-shape', {
    says: `"${graph.nodes[0]?.id}" takes [n, ${size}, ${size}, 3], ${perPicture} numbers per picture, and was given ${images.length}.`,
    advice: `Preprocess pictures to ${size} × ${size} for this backbone.`,
  })
}
