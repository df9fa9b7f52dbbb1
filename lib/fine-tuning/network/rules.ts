import type { GraphNode, TensorId } from '../../backbone/graph.ts'
import { explicitPadding } from '../../backbone/padding.ts'
import type { Map4, Shape4, Tensor, Tf, TrainingKernels, Vector, Window } from '../kernels.ts'
import { batchNormRule } from './batch-norm-rule.ts'

type Node = Exclude<GraphNode, { op: 'image' }>

/** What a rule works with. */
export type RuleContext = {
  readonly tf: Tf
  readonly kernels: TrainingKernels
  readonly weight: (name: string) => Tensor
  /** Whether the gradient of a weight is wanted. */
  readonly trains: (name: string) => boolean
  /** Batch norms that normalise by the batch's statistics; all others use their moving ones. */
  readonly byBatch: ReadonlySet<TensorId>
}

export type Gradients = {
  /** One per input of the node; absent where none was wanted. May be `dy` itself. */
  readonly inputs: readonly (Tensor | undefined)[]
  readonly weights: readonly (readonly [name: string, gradient: Tensor])[]
}

/** A node computed forward, and the way back. */
export type Computed = {
  readonly value: Tensor
  /** What `backward` reads of inputs and value: kept until it ran. */
  readonly keeps: readonly Tensor[]
  /** What only `backward` reads: belongs to it. */
  readonly own: readonly Tensor[]
  /** Statistics of the batch, for the moving ones. */
  readonly statistics?: { readonly mean: Vector; readonly variance: Vector }
  /** `wants[i]`: whether input i needs its gradient. Frees nothing. */
  backward(dy: Tensor, wants: readonly boolean[]): Gradients
}

/** Computes a node on `inputs`. What is made on the way is freed; weights and inputs stay. */
export function computeNode(context: RuleContext, node: Node, inputs: readonly Tensor[]): Computed {
  const { tf, kernels, weight, trains } = context
  const x = inputs[0] as Map4
  switch (node.op) {
    case 'conv':
      return convolution(node, kernels.conv, kernels.convInputGradient, kernels.convFilterGradient)
    case 'depthwiseConv':
      return convolution(
        node,
        kernels.depthwiseConv,
        kernels.depthwiseInputGradient,
        kernels.depthwiseFilterGradient,
      )
    case 'batchNorm':
      return batchNormRule(context, node, x)
    case 'relu':
    case 'relu6': {
      const value = node.op === 'relu' ? tf.relu(x) : tf.relu6(x)
      const gradient = node.op === 'relu' ? kernels.reluGradient : kernels.relu6Gradient
      return one(value, [value], (dy) => gradient(value, dy))
    }
    case 'maxPool': {
      const window = windowOf(node, x)
      const value = kernels.maxPool(x, window)
      return one(value, [x, value], (dy) => kernels.maxPoolGradient(x, value, dy as Map4, window))
    }
    case 'avgPool': {
      const [window, shape] = [windowOf(node, x), x.shape]
      const value = kernels.avgPool(x, window, node.countPad)
      return one(value, [], (dy) => kernels.avgPoolGradient(dy as Map4, shape, window, node.countPad))
    }
    case 'add':
      return {
        value: tf.addN([...inputs]),
        keeps: [],
        own: [],
        backward: (dy, wants) => ({ inputs: wants.map((wanted) => (wanted ? dy : undefined)), weights: [] }),
      }
    case 'concat':
      return concatenation(inputs as Map4[])
    case 'pad': {
      const { top, bottom, left, right } = node.padding
      const shape = x.shape
      const value = tf.pad(x, [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ])
      return one(value, [], (dy) => tf.slice(dy as Map4, [0, top, left, 0], shape))
    }
    case 'slice': {
      const { top, left } = node
      const value = tf.slice(x, [0, top, left, 0])
      return one(value, [], (dy) =>
        tf.pad(dy, [
          [0, 0],
          [top, 0],
          [left, 0],
          [0, 0],
        ]),
      )
    }
    case 'globalAveragePool': {
      const [batch, height, width, channels] = x.shape
      return one(tf.mean(x, [1, 2]), [], (dy) =>
        tf.tidy(() => {
          const each = tf.reshape(tf.div(dy, height * width), [batch, 1, 1, channels])
          return tf.broadcastTo(each, [batch, height, width, channels])
        }),
      )
    }
    case 'dense':
      return dense(node)
  }

  function one(value: Tensor, keeps: readonly Tensor[], back: (dy: Tensor) => Tensor): Computed {
    return {
      value,
      keeps,
      own: [],
      backward: (dy, [wanted]) => ({ inputs: [wanted ? back(dy) : undefined], weights: [] }),
    }
  }

  function convolution(
    conv: Extract<Node, { op: 'conv' | 'depthwiseConv' }>,
    forward: (x: Map4, filter: Map4, window: Window) => Map4,
    ofInput: (dy: Map4, filter: Map4, shape: Shape4, window: Window) => Map4,
    ofFilter: (x: Map4, dy: Map4, shape: Shape4, window: Window) => Map4,
  ): Computed {
    const filter = weight(conv.weight) as Map4
    const [window, shape] = [windowOf(conv, x), x.shape]
    return {
      value: biased(forward(x, filter, window), conv.bias),
      keeps: trains(conv.weight) ? [x] : [],
      own: [],
      backward: (dy, [wanted]) => ({
        inputs: [wanted ? ofInput(dy as Map4, filter, shape, window) : undefined],
        weights: [
          ...(trains(conv.weight)
            ? [[conv.weight, ofFilter(x, dy as Map4, filter.shape, window)] as const]
            : []),
          ...biasGradient(conv.bias, dy),
        ],
      }),
    }
  }

  function dense({ weight: name, bias }: Extract<Node, { op: 'dense' }>): Computed {
    const matrix = weight(name) as Tensor & { rank: 2 }
    const rows = inputs[0]!
    return {
      value: biased(tf.matMul(rows, matrix), bias),
      keeps: trains(name) ? [rows] : [],
      own: [],
      backward: (dy, [wanted]) => ({
        inputs: [wanted ? tf.matMul(dy, matrix, false, true) : undefined],
        weights: [
          ...(trains(name) ? [[name, tf.matMul(rows, dy, true, false)] as const] : []),
          ...biasGradient(bias, dy),
        ],
      }),
    }
  }

  function biased(value: Tensor, bias: string | undefined): Tensor {
    if (bias === undefined) return value
    const sum = tf.add(value, weight(bias))
    value.dispose()
    return sum
  }

  function biasGradient(bias: string | undefined, dy: Tensor): [string, Tensor][] {
    if (bias === undefined || !trains(bias)) return []
    return [
      [
        bias,
        tf.sum(
          dy,
          dy.shape.slice(0, -1).map((_, axis) => axis),
        ),
      ],
    ]
  }

  function concatenation(maps: readonly Map4[]): Computed {
    const channels = maps.map(({ shape }) => shape[3])
    const starts = channels.map((_, i) => channels.slice(0, i).reduce((sum, n) => sum + n, 0))
    const [batch, height, width] = maps[0]!.shape
    return {
      value: tf.concat([...maps], 3),
      keeps: [],
      own: [],
      backward: (dy, wants) => ({
        inputs: wants.map((wanted, i) =>
          wanted
            ? tf.slice(dy as Map4, [0, 0, 0, starts[i]!], [batch, height, width, channels[i]!])
            : undefined,
        ),
        weights: [],
      }),
    }
  }
}

function windowOf(node: Extract<Node, { kernel: unknown }>, { shape }: Map4): Window {
  const { kernel, strides, padding } = node
  return { kernel, strides, padding: explicitPadding(padding, [shape[1], shape[2]], kernel, strides) }
}
