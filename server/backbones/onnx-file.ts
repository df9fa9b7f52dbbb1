import protobuf from 'protobufjs/light.js'
import { Problem } from '../../lib/problem.ts'

/** An input or output of an ONNX file; a dimension that is known only at run time is undefined. */
export type OnnxPort = {
  readonly name: string
  /** As ONNX numbers them: `float32`, `float16`. */
  readonly type: string
  readonly dims: readonly (number | undefined)[]
}

/** What an ONNX file says of itself. */
export type OnnxOutline = {
  /** Those that a picture must be given to; stored weights left out. */
  readonly inputs: readonly OnnxPort[]
  readonly outputs: readonly string[]
  /** Every tensor that a node makes, in order. */
  readonly tensors: readonly string[]
  /** Numbers in its float tensors. */
  readonly parameters: number
  /** Files beside this one that hold weights of it. */
  readonly outside: readonly string[]
}

type FieldRow = [id: number, type: string, rule?: 'repeated']

/** As much of `onnx.proto` as an outline needs, with its field numbers; a reader skips the rest. */
const MESSAGES: Record<string, Record<string, FieldRow>> = {
  Model: { graph: [7, 'Graph'] },
  Graph: {
    node: [1, 'Node', 'repeated'],
    initializer: [5, 'Tensor', 'repeated'],
    input: [11, 'ValueInfo', 'repeated'],
    output: [12, 'ValueInfo', 'repeated'],
  },
  Node: { output: [2, 'string', 'repeated'] },
  Tensor: {
    dims: [1, 'int64', 'repeated'],
    dataType: [2, 'int32'],
    name: [8, 'string'],
    external: [13, 'Entry', 'repeated'],
    location: [14, 'int32'],
  },
  Entry: { key: [1, 'string'], value: [2, 'string'] },
  ValueInfo: { name: [1, 'string'], type: [2, 'Type'] },
  Type: { tensor: [1, 'TensorType'] },
  TensorType: { element: [1, 'int32'], shape: [2, 'Shape'] },
  Shape: { dim: [1, 'Dimension', 'repeated'] },
  Dimension: { value: [1, 'int64'] },
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
}).lookupType('Model')

type Value = {
  name?: string
  type?: { tensor?: { element?: number; shape?: { dim?: { value?: number }[] } } }
}
type Stored = {
  dims?: number[]
  dataType?: number
  name?: string
  external?: { key?: string; value?: string }[]
  location?: number
}
type Graph = {
  node?: { output?: string[] }[]
  initializer?: Stored[]
  input?: Value[]
  output?: Value[]
}

/** ONNX's numbers of types. */
const TYPES: Readonly<Record<number, string>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  16: 'bfloat16',
}
const typeOf = (number = 0) => TYPES[number] ?? `type ${number}`
/** ONNX's number for "in another file". */
const EXTERNAL = 1

/** @throws Problem `backbones/bad-onnx` where the bytes are no ONNX file. */
export function outlineOf(bytes: Uint8Array, file: string): OnnxOutline {
  const { node = [], initializer = [], input = [], output = [] } = graphIn(bytes, file)
  const stored = new Set(initializer.map(({ name }) => name))
  return {
    inputs: input.filter(({ name }) => !stored.has(name)).map(portOf),
    outputs: output.map(({ name = '' }) => name),
    tensors: node.flatMap((made) => made.output ?? []).filter(Boolean),
    parameters: initializer
      .filter(({ dataType }) => typeOf(dataType).includes('float'))
      .reduce((sum, { dims = [] }) => sum + dims.reduce((product, n) => product * n, 1), 0),
    outside: [...new Set(initializer.filter(({ location }) => location === EXTERNAL).map(placeOf))],
  }
}

/**
 * The file with one more output. Protobuf joins two messages by joining their bytes: a model that has only this output,
 * written after the file, adds it, whatever the file holds.
 */
export function withOutput(bytes: Uint8Array, name: string): Uint8Array {
  const { outputs } = outlineOf(bytes, name)
  if (outputs.includes(name)) return bytes
  const writer = protobuf.Writer.create()
  const [GRAPH, OUTPUT, NAME] = [7, 12, 1].map((field) => (field << 3) | 2)
  writer.uint32(GRAPH!).fork().uint32(OUTPUT!).fork().uint32(NAME!).string(name).ldelim().ldelim()
  return Buffer.concat([bytes, writer.finish()])
}

function graphIn(bytes: Uint8Array, file: string): Graph {
  try {
    const model = MODEL.toObject(MODEL.decode(bytes), { longs: Number }) as { graph?: Graph }
    if (model.graph?.node?.length) return model.graph
  } catch (cause) {
    throw badOnnx(file, cause)
  }
  throw badOnnx(file)
}

function placeOf({ external = [], name = '' }: Stored): string {
  return external.find(({ key }) => key === 'location')?.value ?? name
}

function portOf({ name = '', type }: Value): OnnxPort {
  const tensor = type?.tensor
  return {
    name,
    type: typeOf(tensor?.element),
    dims: (tensor?.shape?.dim ?? []).map(({ value }) => value || undefined),
  }
}

function badOnnx(file: string, cause?: unknown): Problem {
  return new Problem('backbones/bad-onnx', {
    says: `${file} is not an ONNX file, or it is cut off.`,
    advice: 'Export the network again, weights inside the file.',
    cause,
  })
}
