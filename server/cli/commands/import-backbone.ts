import { Command, InvalidArgumentError, Option } from 'commander'
import type { Preprocessing } from '../../../lib/preprocess/preprocessing.ts'
import { Problem } from '../../../lib/problem.ts'
import { importOnnx } from '../../backbones/import-onnx.ts'
import { importWeights } from '../../weights/import.ts'
import { publishWeights, weightsFolder } from '../../weights/load.ts'
import { type Context, contextOf } from '../context.ts'

type Channels = Preprocessing['mean']

type Options = {
  halves?: boolean
  folder?: string
  size?: number
  resize?: Preprocessing['resize']
  cropFraction?: number
  interpolation?: Preprocessing['interpolation']
  mean?: Channels
  std?: Channels
  layout?: 'nchw' | 'nhwc'
  output?: string
  json?: boolean
}

const ONNX_OPTIONS = [
  'size',
  'resize',
  'cropFraction',
  'interpolation',
  'mean',
  'std',
  'layout',
  'output',
] as const
const WEIGHTS_OPTIONS = ['halves', 'folder'] as const

const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const

export function importBackboneCommand(): Command {
  return new Command('import')
    .description(
      "take a backbone's weights from a safetensors file with timm's names, or another network from an ONNX file",
    )
    .argument('<id>', 'a backbone; for an ONNX file a name of your own')
    .argument('<file>')
    .option('--halves', 'weights: store convolutions as 16-bit numbers: half the size, features within 1e-3')
    .option(
      '--folder <folder>',
      'weights: where to put them instead of the data folder (how the built-in weights were made)',
    )
    .option('--size <pixels>', 'ONNX: side of its square input; from the file where it says it', pixels)
    .addOption(
      new Option('--resize <how>', 'ONNX: how a picture becomes square (squash)').choices([
        'squash',
        'crop',
        'pad',
      ]),
    )
    .option('--crop-fraction <share>', 'ONNX: what --resize crop keeps of the shorter side (0.875)', share)
    .addOption(
      new Option('--interpolation <how>', 'ONNX: how pixels are resampled (bicubic)').choices([
        'bicubic',
        'bilinear',
      ]),
    )
    .option('--mean <r,g,b>', 'ONNX: taken off pixels in 0 … 1 (0.485,0.456,0.406)', channels)
    .option('--std <r,g,b>', 'ONNX: what they are then divided by (0.229,0.224,0.225)', divisors)
    .addOption(
      new Option('--layout <layout>', 'ONNX: order of its input; from the file where it says it').choices([
        'nchw',
        'nhwc',
      ]),
    )
    .option('--output <tensor>', 'ONNX: the tensor to take as features, an inner one too (its first output)')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
An ONNX network serves as it is, frozen: for feature extraction, evaluation and classification on this machine.

Examples:
  whippet backbones import tf_efficientnet_lite2 tf_efficientnet_lite2.in1k.safetensors
  whippet backbones import ours model.onnx --size 224 --mean 0.5,0.5,0.5 --std 0.5,0.5,0.5 --output pooled`,
    )
    .action(async (id: string, file: string, options: Options) => {
      const onnx = /\.onnx$/i.test(file)
      demandOptionsOf(onnx, options)
      await (onnx ? takeOnnx : takeWeights)(id, file, options, contextOf(options))
    })
}

async function takeWeights(id: string, file: string, options: Options, { dataDir, output }: Context) {
  const folder = options.folder ?? weightsFolder(dataDir)
  const provenance = await importWeights({ id, file, folder, halves: options.halves ?? false })
  if (options.folder === undefined) await publishWeights(id, dataDir)
  const { sha256 } = provenance
  output.result(provenance, `The weights of ${id} are in ${folder} (sha256 ${sha256.slice(0, 16)}…).`)
}

async function takeOnnx(name: string, file: string, options: Options, { dataDir, output }: Context) {
  const {
    size,
    layout,
    output: tensor,
    resize = 'squash',
    cropFraction,
    interpolation,
    mean = IMAGENET.mean,
    std = IMAGENET.std,
  } = options
  const imported = await importOnnx({
    name,
    file,
    dataDir,
    size,
    layout,
    output: tensor,
    resize,
    cropFraction,
    interpolation,
    mean,
    std,
  })
  output.result(
    imported,
    [
      `${name} takes ${imported.preprocess.size} × ${imported.preprocess.size} pixels (${imported.layout}) and gives ${imported.features} features, read at "${imported.output}".`,
      `Next: whippet train --dataset NAME --backbone ${name}`,
    ].join('\n'),
  )
}

function demandOptionsOf(onnx: boolean, options: Options): void {
  const strange = (onnx ? WEIGHTS_OPTIONS : ONNX_OPTIONS).filter((option) => options[option] !== undefined)
  if (strange.length === 0) return
  throw new Problem('cli/usage', {
    says: `${strange.map(flagOf).join(', ')} ${onnx ? "can't be used with an ONNX file" : 'is for ONNX files'}.`,
    advice: 'See "whippet backbones import --help".',
  })
}

function pixels(text: string): number {
  const size = Number(text)
  if (Number.isInteger(size) && size > 0 && size <= 4096) return size
  throw new InvalidArgumentError('Give a whole number of pixels, up to 4096.')
}

function share(text: string): number {
  const given = Number(text)
  if (given > 0 && given <= 1) return given
  throw new InvalidArgumentError('Give a number above 0, up to 1.')
}

function channels(text: string): Channels {
  const parts = text.split(',')
  const [r, g, b] = parts.map(Number)
  if (parts.length === 3 && parts.every((part) => part.trim() !== '' && Number.isFinite(Number(part))))
    return [r!, g!, b!]
  throw new InvalidArgumentError('Give three numbers with commas between.')
}

function divisors(text: string): Channels {
  const given = channels(text)
  if (given.every((divisor) => divisor > 0)) return given
  throw new InvalidArgumentError('Give three numbers above 0.')
}

/** `cropFraction` as it is written on the command line. */
const flagOf = (option: string) => `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
