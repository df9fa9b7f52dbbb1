import type { Flops } from './flops.ts'

/** What a short calibration measured on a device, in multiples of 10⁹ floating-point operations per second. */
export type DeviceCalibration = {
  readonly device: string
  /** Frozen prefix, decoding included. */
  readonly inferenceGflopsPerSecond: number
  /** Forward and backward pass of training. */
  readonly trainingGflopsPerSecond: number
  /** What the device has; absent where nobody knows. */
  readonly memoryBytes?: number
}

export type Work = {
  readonly flops: Flops
  readonly epochs: number
  readonly views: number
  /** Whether the prefix runs in every epoch rather than once per view. */
  readonly everyEpoch: boolean
  readonly train: number
  readonly validation: number
}

/** Seconds that a phase takes, estimated: the prefix for each cached view, then the suffix forward and back every epoch. */
export function secondsOf(
  { flops, epochs, views, everyEpoch, train, validation }: Work,
  { inferenceGflopsPerSecond, trainingGflopsPerSecond }: DeviceCalibration,
): number {
  const rounds = everyEpoch ? epochs : views
  const looked = train * rounds + validation * (everyEpoch ? epochs : 1)
  const prefix = looked * (flops.prefix + (epochs === 0 ? flops.suffix : 0))
  const suffix = epochs * (train * (flops.suffix + flops.suffixBackward) + validation * flops.suffix)
  return prefix / (inferenceGflopsPerSecond * 1e9) + suffix / (trainingGflopsPerSecond * 1e9)
}
