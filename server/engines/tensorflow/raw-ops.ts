import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core'

/** An attribute of a TensorFlow op. */
export type Attribute = { readonly name: string; readonly type: number; readonly value: unknown }

type Binding = Readonly<
  Record<
    | 'TF_FLOAT'
    | 'TF_INT32'
    | 'TF_ATTR_TYPE'
    | 'TF_ATTR_INT'
    | 'TF_ATTR_FLOAT'
    | 'TF_ATTR_BOOL'
    | 'TF_ATTR_STRING',
    number
  >
> & { readonly TF_Version: string }

/** As much of tfjs-node's backend as is used here. */
export type NativeBackend = {
  readonly binding: Binding
  readonly isUsingGpuDevice: boolean
  executeMultipleOutputs(op: string, attributes: Attribute[], inputs: TensorInfo[], outputs: number): Tensor[]
}

export type RawOps = ReturnType<typeof rawOps>

/** Runs ops of TensorFlow by name, also those that tfjs does not know. Attributes are made once and used often. */
export function rawOps(backend: NativeBackend) {
  const { binding } = backend
  const float32: Attribute = { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT }
  return {
    onGpu: backend.isUsingGpuDevice,
    float32,
    ints: (name: string, value: readonly number[]): Attribute => ({ name, type: binding.TF_ATTR_INT, value }),
    float: (name: string, value: number): Attribute => ({ name, type: binding.TF_ATTR_FLOAT, value }),
    bool: (name: string, value: boolean): Attribute => ({ name, type: binding.TF_ATTR_BOOL, value }),
    string: (name: string, value: string): Attribute => ({ name, type: binding.TF_ATTR_STRING, value }),
    type: (name: string, value: number): Attribute => ({ name, type: binding.TF_ATTR_TYPE, value }),
    run: <T extends Tensor>(op: string, attributes: Attribute[], inputs: readonly TensorInfo[]): T =>
      backend.executeMultipleOutputs(op, attributes, [...inputs], 1)[0] as T,
    runFor: (op: string, attributes: Attribute[], inputs: readonly TensorInfo[], outputs: number): Tensor[] =>
      backend.executeMultipleOutputs(op, attributes, [...inputs], outputs),
  }
}
