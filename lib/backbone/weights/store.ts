import { Problem } from '../../problem.ts'
import type { WeightStore, WeightTensor } from '../graph.ts'

/** Weights that are in memory. */
export function weightStore(tensors: ReadonlyMap<string, WeightTensor>): WeightStore {
  return {
    names: () => [...tensors.keys()],
    has: (name) => tensors.has(name),
    get: (name) => tensors.get(name) ?? missing(name),
  }
}

function missing(name: string): never {
  throw new Problem('weights/missing', { says: `There is no weight named "${name}".` })
}
