import type { BackboneGraph, WeightStore } from '../graph.ts'
import { weightShapes } from '../shapes.ts'
import { weightStore } from './store.ts'

/**
 * `n` numbers in [−1, 1) that are a function of `name` alone: mulberry32 seeded with the name's FNV-1a hash. Every
 * implementation can make the same ones, so a backbone is proven right without its pretrained weights.
 */
export function uniform(name: string, n: number): Float64Array {
  const seed = fnv1a(name)
  const numbers = new Float64Array(n)
  // A plain loop: NASNet asks for 85 million of them.
  for (let i = 0; i < n; i++) numbers[i] = (mulberry32(seed + Math.imul(i + 1, 0x6d2b79f5)) / 2 ** 32) * 2 - 1
  return numbers
}

/** Made-up weights of plausible size for every tensor of `graph`: activations neither vanish nor explode. */
export function madeUpWeights(graph: Pick<BackboneGraph, 'nodes' | 'size'>): WeightStore {
  const tensors = [...weightShapes(graph)].map(([name, shape]) => {
    const size = shape.reduce((product, n) => product * n, 1)
    return [name, { shape, data: new Float32Array(uniform(name, size).map(scaleOf(name, shape))) }] as const
  })
  return weightStore(new Map(tensors))
}

function scaleOf(name: string, shape: readonly number[]): (u: number) => number {
  if (name.endsWith('.running_var')) return (u) => 1 + 0.5 * u
  if (name.endsWith('.running_mean')) return (u) => 0.1 * u
  if (shape.length === 1) return name.endsWith('.weight') ? (u) => 1 + 0.1 * u : (u) => 0.1 * u
  const fanIn = shape.slice(1).reduce((product, n) => product * n, 1)
  const bound = Math.sqrt(3 / fanIn)
  return (u) => u * bound
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}

/** mulberry32's output for one state, as an unsigned 32-bit number. */
function mulberry32(state: number): number {
  let t = Math.imul(state ^ (state >>> 15), state | 1)
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
  return (t ^ (t >>> 14)) >>> 0
}
