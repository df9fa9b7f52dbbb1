import type { BackboneGraph, WeightTensor } from '../backbone/graph.ts'
import { weightShapes } from '../backbone/shapes.ts'
import { seededRandom } from '../training/random.ts'

/**
 * Weights that start fresh: convolutions and dense layers normal with variance 2 / fan-in (arXiv:1502.01852), scales and
 * variances 1, shifts, means and biases 0. The same seed gives the same, whatever else is fresh.
 */
export function freshWeights(
  graph: BackboneGraph,
  names: readonly string[],
  seed: number,
): Map<string, WeightTensor> {
  const shapes = weightShapes(graph)
  const ones = new Set(
    graph.nodes.flatMap((node) => (node.op === 'batchNorm' ? [node.scale, node.variance] : [])),
  )
  return new Map(
    names.map((name) => {
      const shape = shapes.get(name)!
      const data = new Float32Array(shape.reduce((product, n) => product * n, 1))
      if (ones.has(name)) data.fill(1)
      else if (shape.length > 1) fillNormal(data, shape, seedOf(seed, name))
      return [name, { shape, data }]
    }),
  )
}

function fillNormal(data: Float32Array, [, ...fan]: readonly number[], seed: number): void {
  const random = seededRandom(seed)
  const deviation = Math.sqrt(2 / fan.reduce((product, n) => product * n, 1))
  // Box and Muller's: two uniform numbers give one normal one.
  for (let i = 0; i < data.length; i++) {
    const radius = Math.sqrt(-2 * Math.log(1 - random()))
    data[i] = deviation * radius * Math.cos(2 * Math.PI * random())
  }
}

function seedOf(seed: number, name: string): number {
  let hash = 0x811c9dc5 ^ seed
  for (const character of name) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193)
  return hash >>> 0
}
