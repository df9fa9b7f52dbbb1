import type { Map4, Tf, TrainingKernels, Vector } from '../../../lib/fine-tuning/kernels.ts'
import { avgPool, avgPoolGradient } from '../../../lib/fine-tuning/portable/pools.ts'
import { padMap, unpadMap } from '../../../lib/fine-tuning/portable/windows.ts'
import { convolutionKernels } from './convolutions.ts'
import type { RawOps } from './raw-ops.ts'

/** TensorFlow's own gradient kernels, its fused batch norm for both directions among them. */
export function tensorflowKernels(tf: Tf, ops: RawOps): TrainingKernels {
  const { float32, run, runFor } = ops
  const NHWC = ops.string('data_format', 'NHWC')
  const norm = (epsilon: number, isTraining: boolean) => [
    float32,
    ops.type('U', float32.value as number),
    ops.float('epsilon', epsilon),
    NHWC,
    ops.bool('is_training', isTraining),
  ]
  const pool = ({
    kernel,
    strides,
  }: {
    kernel: readonly [number, number]
    strides: readonly [number, number]
  }) => [
    float32,
    ops.ints('ksize', [1, ...kernel, 1]),
    ops.ints('strides', [1, ...strides, 1]),
    ops.string('padding', 'VALID'),
    NHWC,
  ]
  const nothing = tf.keep(tf.tensor1d([], 'float32'))
  return {
    ...convolutionKernels(tf, ops),
    maxPool: (x, window) => tf.tidy(() => run('MaxPool', pool(window), [padMap(tf, x, window, LOWEST)])),
    maxPoolGradient: (x, y, dy, window) =>
      tf.tidy(() => {
        const dx = run<Map4>('MaxPoolGrad', pool(window), [padMap(tf, x, window, LOWEST), y, dy])
        return unpadMap(tf, dx, x.shape, window)
      }),
    avgPool: (x, window, countPad) => tf.tidy(() => avgPool(tf, x, window, countPad)),
    avgPoolGradient: (dy, inputShape, window, countPad) =>
      tf.tidy(() => avgPoolGradient(tf, dy, inputShape, window, countPad)),
    reluGradient: (y, dy) => run('ReluGrad', [float32], [dy, y]),
    relu6Gradient: (y, dy) => run('Relu6Grad', [float32], [dy, y]),
    batchNorm(x, scale, shift, epsilon) {
      const [y, mean, variance, ...saved] = runFor(
        'FusedBatchNormV3',
        norm(epsilon, true),
        [x, scale, shift, nothing, nothing],
        6,
      )
      return { y: y as Map4, mean: mean as Vector, variance: variance as Vector, saved }
    },
    batchNormGradient: (dy, x, scale, { saved }, epsilon) =>
      gradient([dy, x, scale, ...saved], epsilon, true),
    movingNormGradient: (dy, x, scale, { mean, variance }, epsilon) =>
      gradient([dy, x, scale, mean, variance, nothing], epsilon, false),
  }

  function gradient(inputs: Parameters<typeof runFor>[2], epsilon: number, isTraining: boolean) {
    const [dx, dScale, dShift, ...rest] = runFor('FusedBatchNormGradV3', norm(epsilon, isTraining), inputs, 5)
    tf.dispose(rest)
    return { dx: dx as Map4, dScale: dScale as Vector, dShift: dShift as Vector }
  }
}

const LOWEST = -3.4e38
