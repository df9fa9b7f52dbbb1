import type * as tfjs from '@tensorflow/tfjs-core'
import type { Pair } from '../backbone/graph.ts'
import type { ExplicitPadding } from '../backbone/padding.ts'

export type Tf = typeof tfjs
export type Tensor = tfjs.Tensor
export type Map4 = tfjs.Tensor4D
export type Vector = tfjs.Tensor1D
export type Shape4 = readonly [batch: number, height: number, width: number, channels: number]

/** How a window slides over one input. */
export type Window = { readonly kernel: Pair; readonly strides: Pair; readonly padding: ExplicitPadding }

/** A batch norm by the statistics of its batch, and what its gradient needs of it. */
export type Normalised = {
  readonly y: Map4
  readonly mean: Vector
  /** Of the sample, over n − 1: what PyTorch adds to the moving variance. */
  readonly variance: Vector
  /** The engine's own, handed back to {@link TrainingKernels.batchNormGradient}. */
  readonly saved: readonly Tensor[]
}

export type NormGradient = { readonly dx: Map4; readonly dScale: Vector; readonly dShift: Vector }

/**
 * What training needs beyond tfjs's forward ops: the windowed ops with any padding, and the gradients. Maps are NHWC,
 * filters HWIO (depthwise HWC1). Every implementation passes `training-engine.suite.ts`. Results belong to the caller;
 * whatever is made on the way is freed.
 */
export interface TrainingKernels {
  conv(x: Map4, filter: Map4, window: Window): Map4
  convInputGradient(dy: Map4, filter: Map4, inputShape: Shape4, window: Window): Map4
  convFilterGradient(x: Map4, dy: Map4, filterShape: Shape4, window: Window): Map4
  depthwiseConv(x: Map4, filter: Map4, window: Window): Map4
  depthwiseInputGradient(dy: Map4, filter: Map4, inputShape: Shape4, window: Window): Map4
  depthwiseFilterGradient(x: Map4, dy: Map4, filterShape: Shape4, window: Window): Map4
  /** Padding never wins. */
  maxPool(x: Map4, window: Window): Map4
  maxPoolGradient(x: Map4, y: Map4, dy: Map4, window: Window): Map4
  /** `countPad`: padded zeros are part of the mean. */
  avgPool(x: Map4, window: Window, countPad: boolean): Map4
  avgPoolGradient(dy: Map4, inputShape: Shape4, window: Window, countPad: boolean): Map4
  /** `y` is what the activation gave. */
  reluGradient(y: Tensor, dy: Tensor): Tensor
  relu6Gradient(y: Tensor, dy: Tensor): Tensor
  batchNorm(x: Map4, scale: Vector, shift: Vector, epsilon: number): Normalised
  batchNormGradient(
    dy: Map4,
    x: Map4,
    scale: Vector,
    normalised: Pick<Normalised, 'saved'>,
    epsilon: number,
  ): NormGradient
  /** Gradient of a batch norm by moving statistics, which are constants. */
  movingNormGradient(
    dy: Map4,
    x: Map4,
    scale: Vector,
    moving: { readonly mean: Vector; readonly variance: Vector },
    epsilon: number,
  ): NormGradient
}
