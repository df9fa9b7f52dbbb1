import type { BackboneGraph } from '../backbone/graph.ts'
import type { Flops } from './flops.ts'

/** Engines do dense convolutions several times faster than depthwise ones with all that stands between. */
export type NetworkKind = 'dense' | 'separable'

/** In multiples of 10⁹ floating-point operations per second. */
export type Speeds = Readonly<Record<NetworkKind, number>>

/** What a short calibration measured on a device. */
export type DeviceCalibration = {
  readonly device: string
  /** Frozen prefix, decoding included. */
  readonly inferenceGflopsPerSecond: Speeds
  /** Forward and backward pass of training. */
  readonly trainingGflopsPerSecond: Speeds
}

export type Work = {
  readonly kind: NetworkKind
  readonly flops: Flops
  readonly epochs: number
  readonly views: number
  /** Whether the prefix runs in every epoch rather than once per view. */
  readonly everyEpoch: boolean
  readonly train: number
  readonly validation: number
}

export function kindOf({ nodes }: Pick<BackboneGraph, 'nodes'>): NetworkKind {
  return nodes.some(({ op }) => op === 'depthwiseConv') ? 'separable' : 'dense'
}

/**
 * Seconds that a phase takes, estimated: the prefix for each cached view, then the suffix forward and back every epoch. What
 * runs in every epoch runs on the engine that trains.
 */
export function secondsOf(
  { kind, flops, epochs, views, everyEpoch, train, validation }: Work,
  { inferenceGflopsPerSecond, trainingGflopsPerSecond }: DeviceCalibration,
): number {
  const training = trainingGflopsPerSecond[kind] * 1e9
  const extraction = everyEpoch ? training : inferenceGflopsPerSecond[kind] * 1e9
  const rounds = everyEpoch ? epochs : views
  const looked = train * rounds + validation * (everyEpoch ? epochs : 1)
  const prefix = looked * (flops.prefix + (epochs === 0 ? flops.suffix : 0))
  const suffix = epochs * (train * (flops.suffix + flops.suffixBackward) + validation * flops.suffix)
  return prefix / extraction + suffix / training
}

/** The time of a device. */
export type DeviceSeconds = { readonly device: string; readonly seconds: number }

/** The time of the first `count` devices when they share the work by how fast they are; nothing where not all were measured. */
export function secondsTogether(each: readonly DeviceSeconds[], count: number): readonly DeviceSeconds[] {
  if (count === 1) return each
  if (each.length < count) return []
  const first = each.slice(0, count)
  const perSecond = first.reduce((sum, { seconds }) => sum + 1 / seconds, 0)
  const names = [...new Set(first.map(({ device }) => device))]
  return [
    { device: names.length === 1 ? `${count} × ${names[0]}` : names.join(' + '), seconds: 1 / perSecond },
  ]
}
