import type { Preprocessing } from '../preprocess/preprocessing.ts'

/** Names a tensor by the node that makes it, like timm's module names: `blocks.2.0.conv_dw`. */
export type TensorId = string

/**
 * `same` is exactly TensorFlow's SAME; numbers are explicit zero padding (PyTorch's), which is never the same thing on
 * even sizes with stride 2.
 */
export type Padding = 'same' | 'valid' | { top: number; bottom: number; left: number; right: number }

export type Pair = readonly [height: number, width: number]

/** Weight names are timm's state-dict keys; weights are stored in PyTorch's order (conv `[out, in/groups, kh, kw]`, dense `[out, in]`). */
export type GraphOp =
  /**
   * The picture, `[size, size, 3]`. With a `length`, in its place the vector that a network outside this graph makes of it:
   * an imported ONNX file, into which nobody sees. Such a graph can have a head, and nothing of it can be fine-tuned.
   */
  | { op: 'image'; length?: number }
  | {
      op: 'conv'
      filters: number
      kernel: Pair
      strides: Pair
      padding: Padding
      weight: string
      bias?: string
    }
  | { op: 'depthwiseConv'; kernel: Pair; strides: Pair; padding: Padding; weight: string; bias?: string }
  | { op: 'batchNorm'; epsilon: number; scale: string; shift: string; mean: string; variance: string }
  | { op: 'relu' }
  | { op: 'relu6' }
  | { op: 'maxPool'; kernel: Pair; strides: Pair; padding: Padding }
  | { op: 'avgPool'; kernel: Pair; strides: Pair; padding: Padding; countPad: boolean }
  | { op: 'add' }
  | { op: 'concat' }
  | { op: 'pad'; padding: Exclude<Padding, string> }
  | { op: 'slice'; top: number; left: number }
  | { op: 'globalAveragePool' }
  | { op: 'dense'; units: number; weight: string; bias?: string }

export type GraphNode = GraphOp & {
  id: TensorId
  inputs: readonly TensorId[]
  /** The layer group that this node freezes with. */
  group: string
}

/**
 * A network described once, as data. Nodes are in topological order; the first is the image.
 *
 * Everything reads this: the tfjs interpreter, the ONNX and GraphModel emitters, parameter and FLOP counts, the freeze plan.
 */
export type BackboneGraph = {
  readonly nodes: readonly GraphNode[]
  /** Layer groups from the image to the features, in order. */
  readonly groups: readonly string[]
  /** Side of the square input, in pixels. */
  readonly size: number
  /** The pooled feature vector (or, with a head, what the head reads). */
  readonly features: TensorId
  /** The last feature map before pooling, `[batch, h, w, channels]`; class activation and the second look read it. */
  readonly featureMap: TensorId
  /** timm's module names → the tensor that module returns (its activation included). Parity compares these. */
  readonly stages: Readonly<Record<string, TensorId>>
}

/** One weight in PyTorch's order. */
export type WeightTensor = { readonly shape: readonly number[]; readonly data: Float32Array }

/** Weights by timm's state-dict name. */
export interface WeightStore {
  names(): readonly string[]
  has(name: string): boolean
  /** @throws Problem `weights/missing` when there is no such tensor. */
  get(name: string): WeightTensor
}

/** Where a backbone's weights can be had. */
export type WeightsOrigin = {
  /** Owner and name at the public home. */
  home: string
  licence: string
  builtIn?: string
  /** The commit there; absent until a real download has recorded one, and then the newest is fetched. */
  revision?: string
  /** sha256 of `model.safetensors` there; absent until a real download has recorded one. */
  sha256?: string
}

/** One row of the registry. */
export type BackboneEntry = {
  title: string
  build: () => BackboneGraph
  /** Output length of the pooled features. */
  features: number
  preprocess: Preprocessing
  weights: WeightsOrigin
  paper: string
  /** ImageNet top-1 in percent, as timm's results list states it. */
  imagenetTop1?: number
}
