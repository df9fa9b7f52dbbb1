import { Problem } from '../../problem.ts'
import type { BackboneGraph, WeightStore, WeightTensor } from '../graph.ts'
import { weightShapes } from '../shapes.ts'

/** What a weights file has that a backbone without its classifier does not ask for. */
const DROPPED = /^(classifier|fc|head\.fc|last_linear)\.|\.num_batches_tracked$/

/** How many names of each kind an error lists. */
const LISTED = 5

/**
 * A backbone's tensors out of a file's, in the graph's order, its classifier left out: name by name and shape by shape.
 *
 * @throws Problem `weights/misfit` that lists missing, unexpected and misshapen tensors.
 */
export function takeBackboneWeights(
  id: string,
  graph: BackboneGraph,
  weights: WeightStore,
): Map<string, WeightTensor> {
  const wanted = weightShapes(graph)
  const missing = [...wanted.keys()].filter((name) => !weights.has(name))
  const unexpected = weights.names().filter((name) => !wanted.has(name) && !DROPPED.test(name))
  const misshapen = [...wanted].flatMap(([name, shape]) => {
    const got = weights.has(name) ? weights.get(name).shape : shape
    return String(got) === String(shape)
      ? []
      : [`${name} is [${got.join(', ')}] and not [${shape.join(', ')}]`]
  })
  const trouble = [
    listed('missing', missing),
    listed('unexpected', unexpected),
    listed('of another shape', misshapen),
  ]
  if (trouble.some((part) => part)) {
    throw new Problem('weights/misfit', {
      says: `These are not the weights of ${id}: ${trouble.filter((part) => part).join('; ')}.`,
      advice: `Give a safetensors file with timm's names for ${id}.`,
    })
  }
  return new Map([...wanted.keys()].map((name) => [name, weights.get(name)]))
}

function listed(kind: string, names: readonly string[]): string {
  if (names.length === 0) return ''
  const more = names.length > LISTED ? ` and ${names.length - LISTED} more` : ''
  return `${names.length} ${kind} (${names.slice(0, LISTED).join(', ')}${more})`
}
