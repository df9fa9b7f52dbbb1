import type { WeightStore, WeightTensor } from '../backbone/graph.ts'

/** A store in which some tensors are replaced. */
export function overlaid(under: WeightStore, over: ReadonlyMap<string, WeightTensor>): WeightStore {
  const own = new Map(over)
  return {
    names: () => [...new Set([...under.names(), ...own.keys()])],
    has: (name) => own.has(name) || under.has(name),
    get: (name) => own.get(name) ?? under.get(name),
  }
}
