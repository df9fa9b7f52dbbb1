import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { BACKBONES } from '../../lib/backbone/registry.ts'
import { nearest } from '../../lib/nearest.ts'
import type { Preprocessing } from '../../lib/preprocess/preprocessing.ts'
import { Problem } from '../../lib/problem.ts'
import { seededRandom } from '../../lib/training/random.ts'
import type { InferenceSession } from '../engines/inference-engine.ts'
import { wordsOf } from '../engines/onnxruntime/session.ts'
import { writeDurably } from '../files/write-durably.ts'
import { openSharedFiles } from '../objects/shared-files.ts'
import {
  hashOfImported,
  IMPORTED_FEATURES,
  type ImportedBackbone,
  NAME,
  onnxFileOf,
  recordFileOf,
  sha256Of,
} from './imported.ts'
import { type OnnxOutline, outlineOf } from './onnx-file.ts'
import { badOutput, type OnnxUse, openOnnx } from './onnx-session.ts'

export type OnnxImport = {
  readonly name: string
  readonly file: string
  readonly dataDir: string
  /** Side of the square input; from the file where it says it. */
  readonly size?: number | undefined
  readonly layout?: OnnxUse['layout'] | undefined
  /** The tensor to read; the file's first output where it is left out. Inner tensors are fine. */
  readonly output?: string | undefined
  readonly resize: Preprocessing['resize']
  /** What `crop` keeps of the shorter side; 0.875 where it is left out. */
  readonly cropFraction?: number | undefined
  /** `bicubic` where it is left out. */
  readonly interpolation?: Preprocessing['interpolation'] | undefined
  readonly mean: Preprocessing['mean']
  readonly std: Preprocessing['std']
}

const CROP_FRACTION = 0.875

/**
 * Takes a network from an ONNX file to serve as a frozen extractor: it is run on two made-up pictures, and the length of its
 * features written down with how it is fed.
 *
 * @throws Problem `backbones/bad-name`, `backbones/bad-onnx`, `backbones/external-data`, `backbones/bad-input`,
 * `backbones/bad-output`, `engines/refused`.
 */
export async function importOnnx(request: OnnxImport): Promise<ImportedBackbone & { hash: string }> {
  const { name, file, dataDir, resize, mean, std } = request
  const { cropFraction = CROP_FRACTION, interpolation = 'bicubic' } = request
  demandName(name)
  const bytes = await readFile(file).catch((cause) => {
    throw new Problem('backbones/bad-onnx', {
      says: `${file} can't be read.`,
      advice: 'Check its path.',
      cause,
    })
  })
  const outline = outlineOf(bytes, file)
  demandWhole(outline, file)
  const use = { ...inputOf(outline, request), output: outputOf(outline, request.output) }
  const record: ImportedBackbone = {
    name,
    sha256: sha256Of(bytes),
    source: basename(file),
    preprocess: { size: use.size, resize, cropFraction, interpolation, mean, std },
    input: use.input,
    layout: use.layout,
    output: use.output,
    features: await tryOut(bytes, use),
    parameters: outline.parameters,
  }
  await writeDurably(onnxFileOf(dataDir, name), bytes)
  await writeDurably(recordFileOf(dataDir, name), `${JSON.stringify(record, null, 2)}\n`)
  const shared = await openSharedFiles(dataDir)
  for (const published of [onnxFileOf(dataDir, name), recordFileOf(dataDir, name)])
    await shared.publish(published)
  return { ...record, hash: hashOfImported(record) }
}

function demandName(name: string): void {
  const why = Object.hasOwn(BACKBONES, name)
    ? 'a built-in backbone has that name'
    : !NAME.test(name) && 'a name has letters, digits, ".", "_" and "-", and begins with a letter or a digit'
  if (!why) return
  throw new Problem('backbones/bad-name', {
    says: `An imported network can't be named "${name}": ${why}.`,
    advice: 'Choose another name.',
  })
}

function demandWhole({ outside }: OnnxOutline, file: string): void {
  if (outside.length === 0) return
  const places = outside.slice(0, 3).join(', ')
  throw new Problem('backbones/external-data', {
    says: `${basename(file)} keeps weights in other files: ${places}.`,
    advice: 'Export it with its weights inside: load it with the onnx package, and save it as one file.',
  })
}

/** The one input, its side and its layout: as told, else as the file says. */
function inputOf({ inputs }: OnnxOutline, { size, layout }: OnnxImport): Omit<OnnxUse, 'output'> {
  const [input] = inputs
  const described = inputs.map(({ name, dims }) => `${name} [${dims.map((n) => n ?? '?').join(', ')}]`)
  const refuse = (why: string, advice: string) =>
    new Problem('backbones/bad-input', {
      says: `The network can't be given a picture: ${why}. Its inputs: ${described.join('; ') || 'none'}.`,
      advice,
    })
  const advice = 'Export it with one float32 input, [n, 3, S, S] or [n, S, S, 3].'
  if (!input || inputs.length > 1) throw refuse(`it has ${inputs.length} inputs`, advice)
  const { dims } = input
  if (input.type !== 'float32')
    throw refuse(`its input takes ${input.type} numbers, and pictures are float32`, advice)
  if (dims.length !== 4)
    throw refuse(`its input has ${dims.length} dimensions, and a batch of pictures has 4`, advice)
  const said = layout ?? (dims[1] === 3 ? 'nchw' : dims[3] === 3 ? 'nhwc' : undefined)
  if (!said)
    throw refuse('it does not say where its channels are', 'Say it with --layout nchw or --layout nhwc.')
  const [height, width, channels] =
    said === 'nchw' ? [dims[2], dims[3], dims[1]] : [dims[1], dims[2], dims[3]]
  if (channels !== undefined && channels !== 3) throw refuse(`${said} gives it ${channels} channels`, advice)
  const side = size ?? height ?? width
  if (side === undefined) throw refuse('it does not say its size', 'Say it with --size, in pixels.')
  for (const fixed of [height, width])
    if (fixed !== undefined && fixed !== side)
      throw refuse(
        `it takes ${height ?? '?'} × ${width ?? '?'} pixels, not ${side} × ${side}`,
        'Leave --size out.',
      )
  return { input: input.name, layout: said, size: side }
}

function outputOf({ outputs, tensors }: OnnxOutline, wanted: string | undefined): string {
  const name = wanted ?? outputs[0]
  if (name !== undefined && tensors.includes(name)) return name
  throw new Problem('backbones/bad-output', {
    says: `The network has no tensor "${name}".`,
    advice: `Did you mean ${nearest(name ?? '', tensors)}? Its outputs: ${outputs.join(', ')}.`,
  })
}

/** Runs the network on two pictures. @returns the length of its features. */
async function tryOut(bytes: Uint8Array, use: OnnxUse): Promise<number> {
  const session = await openOnnx(bytes, use)
  try {
    const [one, other] = [await featuresOf(session, use, 1), await featuresOf(session, use, 2)]
    if (![...one, ...other].every(Number.isFinite))
      throw badOutput(use.output, 'what it gives for an ordinary picture is not finite')
    if (one.every((value, i) => value === other[i]))
      throw badOutput(use.output, 'it is the same for every picture')
    return one.length
  } finally {
    await session.close()
  }
}

/** Of a picture of noise. */
async function featuresOf(session: InferenceSession, use: OnnxUse, seed: number): Promise<Float32Array> {
  const random = seededRandom(seed)
  const picture = Float32Array.from({ length: use.size * use.size * 3 }, () => 2 * random() - 1)
  try {
    return (await session.run(picture))[IMPORTED_FEATURES]!.data
  } catch (thrown) {
    if (thrown instanceof Problem) throw thrown
    throw new Problem('backbones/bad-input', {
      says: `The network does not run on a picture of ${use.size} × ${use.size} pixels (${use.layout}): ${wordsOf(thrown)}`,
      advice: 'Say what it takes with --size and --layout.',
      cause: thrown,
    })
  }
}
