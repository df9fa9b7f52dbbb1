import type { BackboneGraph } from '../backbone/graph.ts'
import { shapesOf } from '../backbone/shapes.ts'
import type { OptimizerName } from '../run/training.ts'
import type { FreezePlan } from './plan-freeze.ts'

/** Numbers that an optimizer remembers for each one that it trains. */
const SLOTS: Record<OptimizerName, number> = {
  sgd: 0,
  momentum: 1,
  nesterov: 1,
  adagrad: 1,
  rmsprop: 1,
  adam: 2,
  adamw: 2,
  adadelta: 2,
  ftrl: 2,
}

const FLOAT_BYTES = 4

/** What a device has for training. */
export type DeviceMemory = { readonly device: string; readonly memoryBytes: number }

/** What a training step takes, estimated: the part that grows with the batch, and the rest. */
export type MemoryEstimate = {
  readonly fixedBytes: number
  readonly bytesPerPicture: number
}

/** Of the trainer's process before it holds a network: Node, and the engine's libraries. */
const RUNTIME_BYTES = 440e6

/**
 * Memory of a trainer in bytes: runtime, the pretrained weights as they were read, the suffix's weights with gradients, what
 * the optimizer remembers and what a checkpoint holds, and per picture the boundary and every activation that the backward
 * pass reads. Within 11 % of six measured peaks: see docs/results.md.
 */
export function memoryOf(graph: BackboneGraph, plan: FreezePlan, optimizer: OptimizerName): MemoryEstimate {
  const shapes = shapesOf(graph)
  const valuesOf = (id: string) => shapes.get(id)!.reduce((product, n) => product * n, 1)
  const activations = [...plan.boundary, ...plan.suffix].reduce((sum, id) => sum + valuesOf(id), 0)
  const suffix = new Set(plan.suffix)
  const here = new Set(graph.nodes.filter(({ id }) => suffix.has(id)).map(({ group }) => group))
  const sizeOf = (groups: FreezePlan['groups']) => groups.reduce((sum, { parameters }) => sum + parameters, 0)
  const inSuffix = sizeOf(plan.groups.filter(({ name }) => here.has(name)))
  // Trained weights have a gradient, the optimizer's numbers, and a copy to go on from.
  const trained = plan.trainableParameters * (2 + SLOTS[optimizer])
  return {
    fixedBytes: RUNTIME_BYTES + FLOAT_BYTES * (sizeOf(plan.groups) + inSuffix + trained),
    bytesPerPicture: FLOAT_BYTES * activations,
  }
}

/** Bytes of a step with this batch. */
export function memoryAt({ fixedBytes, bytesPerPicture }: MemoryEstimate, batchSize: number): number {
  return fixedBytes + batchSize * bytesPerPicture
}

/** What a batch that is advised may take of a device: the estimate is a tenth off, and engines take more for a moment. */
const USABLE = 0.8

/** The largest batch to advise on devices that share it; undefined where nobody knows what they have. */
export function fittingBatch(
  memory: MemoryEstimate,
  memories: readonly DeviceMemory[],
  together: number,
): number | undefined {
  if (memories.length === 0) return undefined
  return together * batchThatFits(memory, USABLE * Math.min(...memories.map((one) => one.memoryBytes)))
}

/** The largest batch that fits into so many bytes; 0 where not even one picture does. */
export function batchThatFits({ fixedBytes, bytesPerPicture }: MemoryEstimate, bytes: number): number {
  return Math.max(0, Math.floor((bytes - fixedBytes) / bytesPerPicture))
}
