import type { TensorContainer } from '@tensorflow/tfjs-core'
import type { Tensor, Tf, TrainingKernels } from '../kernels.ts'
import { batchNorm, batchNormGradient, movingNormGradient } from './batch-norm.ts'
import {
  convFilterGradient,
  convInputGradient,
  depthwiseFilterGradient,
  depthwiseInputGradient,
} from './conv-gradients.ts'
import { avgPool, avgPoolGradient, maxPool, maxPoolGradient } from './pools.ts'
import { padMap } from './windows.ts'

/**
 * Training on any tfjs backend that can run a network forward: every gradient is composed from forward kernels. Slower
 * than an engine's own gradient kernels, and needs none of them (tfjs wasm lacks several).
 */
export function portableKernels(tf: Tf): TrainingKernels {
  /** Frees what a composition made on the way. */
  const tidy =
    <Arguments extends unknown[], Result>(work: (tf: Tf, ...args: Arguments) => Result) =>
    (...args: Arguments): Result =>
      tf.tidy(() => work(tf, ...args) as TensorContainer) as Result
  return {
    conv: (x, filter, window) =>
      tf.tidy(() => tf.conv2d(padMap(tf, x, window), filter, [...window.strides], 'valid')),
    convInputGradient: tidy(convInputGradient),
    convFilterGradient: tidy(convFilterGradient),
    depthwiseConv: (x, filter, window) =>
      tf.tidy(() => tf.depthwiseConv2d(padMap(tf, x, window), filter, [...window.strides], 'valid')),
    depthwiseInputGradient: tidy(depthwiseInputGradient),
    depthwiseFilterGradient: tidy(depthwiseFilterGradient),
    maxPool: tidy(maxPool),
    maxPoolGradient: tidy(maxPoolGradient),
    avgPool: tidy(avgPool),
    avgPoolGradient: tidy(avgPoolGradient),
    reluGradient: (y, dy) => tf.tidy(() => tf.mul(dy, between(tf, y))),
    relu6Gradient: (y, dy) => tf.tidy(() => tf.mul(dy, between(tf, y, 6))),
    batchNorm: tidy(batchNorm),
    batchNormGradient: tidy(batchNormGradient),
    movingNormGradient: tidy(movingNormGradient),
  }
}

/** 1 where an activation let its input through, 0 where it cut it off. */
function between(tf: Tf, y: Tensor, most?: number): Tensor {
  const above = tf.greater(y, 0)
  return tf.cast(most === undefined ? above : tf.logicalAnd(above, tf.less(y, most)), 'float32')
}
