import type { Map4, Shape4, Tensor, Tf, TrainingKernels, Window } from '../../../lib/fine-tuning/kernels.ts'
import { spread } from '../../../lib/fine-tuning/portable/windows.ts'
import type { RawOps } from './raw-ops.ts'

type Convolutions = Pick<
  TrainingKernels,
  | 'conv'
  | 'convInputGradient'
  | 'convFilterGradient'
  | 'depthwiseConv'
  | 'depthwiseInputGradient'
  | 'depthwiseFilterGradient'
>

/** Convolutions and their gradients by TensorFlow's kernels, which take explicit padding themselves. */
export function convolutionKernels(tf: Tf, ops: RawOps): Convolutions {
  const depthwise = (x: Map4, filter: Map4, window: Window): Map4 =>
    ops.run('DepthwiseConv2dNative', windowed(window), [x, filter])
  return {
    conv: (x, filter, window) => ops.run('Conv2D', windowed(window), [x, filter]),
    convInputGradient: (dy, filter, shape, window) =>
      sized('Conv2DBackpropInput', shape, window, (sizes) => [sizes, filter, dy]),
    convFilterGradient: (x, dy, shape, window) =>
      sized('Conv2DBackpropFilter', shape, window, (sizes) => [x, sizes, dy]),
    depthwiseConv: depthwise,
    depthwiseInputGradient: (dy, filter, shape, window) =>
      ops.onGpu
        ? sized('DepthwiseConv2dNativeBackpropInput', shape, window, (sizes) => [sizes, filter, dy])
        : tf.tidy(() => turnedDepthwise(dy, filter, shape, window)),
    depthwiseFilterGradient: (x, dy, shape, window) =>
      sized('DepthwiseConv2dNativeBackpropFilter', shape, window, (sizes) => [x, sizes, dy]),
  }

  function windowed({ strides, padding: { top, bottom, left, right } }: Window) {
    const padded = top + bottom + left + right > 0
    return [
      ops.float32,
      ops.ints('strides', [1, ...strides, 1]),
      ops.string('padding', padded ? 'EXPLICIT' : 'VALID'),
      ...(padded ? [ops.ints('explicit_paddings', [0, 0, top, bottom, left, right, 0, 0])] : []),
      ops.string('data_format', 'NHWC'),
    ]
  }

  function sized(op: string, shape: Shape4, window: Window, inputs: (sizes: Tensor) => Tensor[]): Map4 {
    const sizes = tf.tensor1d([...shape], 'int32')
    const result = ops.run<Map4>(op, windowed(window), inputs(sizes))
    sizes.dispose()
    return result
  }

  /**
   * The gradient of a depthwise convolution's input is one itself: of the spread gradient with the turned filter. On a
   * CPU TensorFlow computes that in half the time of its own gradient kernel.
   */
  function turnedDepthwise(
    dy: Map4,
    filter: Map4,
    shape: Shape4,
    { kernel, strides, padding }: Window,
  ): Map4 {
    const strided = strides[0] > 1 || strides[1] > 1
    const wide = strided ? spread(tf, dy, strides) : dy
    const top = kernel[0] - 1 - padding.top
    const left = kernel[1] - 1 - padding.left
    // Negative where the last zeros lie beyond the input: they are cut off.
    const bottom = shape[1] - wide.shape[1] - top + kernel[0] - 1
    const right = shape[2] - wide.shape[2] - left + kernel[1] - 1
    const [rows, columns] = [wide.shape[1] + Math.min(0, bottom), wide.shape[2] + Math.min(0, right)]
    const cut =
      bottom < 0 || right < 0 ? tf.slice(wide, [0, 0, 0, 0], [shape[0], rows, columns, shape[3]]) : wide
    return depthwise(cut, tf.reverse(filter, [0, 1]), {
      kernel,
      strides: [1, 1],
      padding: { top, left, bottom: Math.max(0, bottom), right: Math.max(0, right) },
    })
  }
}
