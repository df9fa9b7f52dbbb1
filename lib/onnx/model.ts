import protobuf from 'protobufjs/light.js'

/** A tensor that is part of the model. */
export type OnnxTensor = {
  readonly name: string
  readonly dims: readonly number[]
  /** Halves are IEEE 754 half-precision numbers in 16 bits. */
  readonly data: Float32Array | Uint16Array | BigInt64Array
}

/** ONNX writes down which sort of number an attribute is. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }

export type OnnxNode = {
  readonly op: string
  readonly name: string
  /** An empty name leaves an optional input out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>
}

/** A float32 input or output; a dimension that is known only at run time has a name. */
export type OnnxValue = { readonly name: string; readonly dims: readonly (number | string)[] }

/** An ONNX file before it is bytes. */
export type OnnxModel = {
  readonly name: string
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
  readonly initializers: readonly OnnxTensor[]
  /** In topological order. */
  readonly nodes: readonly OnnxNode[]
}

/** Operator set 17 (IR 8), from ONNX 1.12: everything we use has its present meaning since, and old runtimes read it. */
const OPSET = 17
const IR_VERSION = 8

/** `TensorProto.DataType`. */
export const FLOAT = 1
export const FLOAT16 = 10
const INT64 = 7
const ATTRIBUTE = { FLOAT: 1, INT: 2, INTS: 7 }

type FieldRow = [id: number, type: string, rule?: 'repeated']

/** The dozen messages of `onnx.proto` that a network needs, with its field numbers. */
const MESSAGES: Record<string, Record<string, FieldRow>> = {
  ModelProto: {
    irVersion: [1, 'int64'],
    producerName: [2, 'string'],
    graph: [7, 'GraphProto'],
    opsetImport: [8, 'OperatorSetIdProto', 'repeated'],
  },
  OperatorSetIdProto: { domain: [1, 'string'], version: [2, 'int64'] },
  GraphProto: {
    node: [1, 'NodeProto', 'repeated'],
    name: [2, 'string'],
    initializer: [5, 'TensorProto', 'repeated'],
    input: [11, 'ValueInfoProto', 'repeated'],
    output: [12, 'ValueInfoProto', 'repeated'],
  },
  NodeProto: {
    input: [1, 'string', 'repeated'],
    output: [2, 'string', 'repeated'],
    name: [3, 'string'],
    opType: [4, 'string'],
    attribute: [5, 'AttributeProto', 'repeated'],
  },
  AttributeProto: {
    name: [1, 'string'],
    f: [2, 'float'],
    i: [3, 'int64'],
    ints: [8, 'int64', 'repeated'],
    type: [20, 'int32'],
  },
  TensorProto: {
    dims: [1, 'int64', 'repeated'],
    dataType: [2, 'int32'],
    name: [8, 'string'],
    rawData: [9, 'bytes'],
  },
  ValueInfoProto: { name: [1, 'string'], type: [2, 'TypeProto'] },
  TypeProto: { tensorType: [1, 'TensorTypeProto'] },
  TensorTypeProto: { elemType: [1, 'int32'], shape: [2, 'TensorShapeProto'] },
  TensorShapeProto: { dim: [1, 'DimensionProto', 'repeated'] },
  DimensionProto: { dimValue: [1, 'int64'], dimParam: [2, 'string'] },
}

const MODEL = protobuf.Root.fromJSON({
  nested: Object.fromEntries(
    Object.entries(MESSAGES).map(([message, fields]) => [
      message,
      {
        fields: Object.fromEntries(
          Object.entries(fields).map(([field, [id, type, rule]]) => [
            field,
            { id, type, ...(rule && { rule }) },
          ]),
        ),
      },
    ]),
  ),
}).lookupType('ModelProto')

/** The bytes of an `.onnx` file. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const message = {
    irVersion: IR_VERSION,
    producerName: 'whippet',
    opsetImport: [{ domain: '', version: OPSET }],
    graph: {
      name: model.name,
      node: model.nodes.map(nodeMessage),
      initializer: model.initializers.map(tensorMessage),
      input: model.inputs.map(valueMessage),
      output: model.outputs.map(valueMessage),
    },
  }
  return MODEL.encode(message).finish()
}

function nodeMessage({ op, name, inputs, outputs, attributes = {} }: OnnxNode) {
  const attribute = Object.entries(attributes).map(([key, value]) => {
    if ('ints' in value) return { name: key, type: ATTRIBUTE.INTS, ints: value.ints }
    if ('int' in value) return { name: key, type: ATTRIBUTE.INT, i: value.int }
    return { name: key, type: ATTRIBUTE.FLOAT, f: value.float }
  })
  return { name, opType: op, input: inputs, output: outputs, attribute }
}

function tensorMessage({ name, dims, data }: OnnxTensor) {
  const dataType = data instanceof Float32Array ? FLOAT : data instanceof Uint16Array ? FLOAT16 : INT64
  return { name, dims, dataType, rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) }
}

function valueMessage({ name, dims }: OnnxValue) {
  const dim = dims.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: size }))
  return { name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } }
}
