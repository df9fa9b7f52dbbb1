import type { EvaluationSummary } from '../evaluation/summary.ts'
import type { Precision } from '../graph-model/precision.ts'
import type { Manifest } from './manifest.ts'
import type { Parity } from './parity.ts'
import { seeing } from './seeing.ts'

/** What a model card says beyond the manifest. */
export type ModelCardFacts = {
  manifest: Manifest
  licence: string
  dataset: { name: string; version: number }
  evaluation?: EvaluationSummary | undefined
  parity: Partial<Record<Precision, Parity>>
  /** Where the model came from, in the command's own words. */
  command?: string | undefined
  dataNotes?: readonly string[] | undefined
  caveats?: readonly string[] | undefined
  extraFigures?: readonly string[] | undefined
  onnx: boolean
  page: boolean
}

/** `README.md` of a bundle: what the model is, how good it was measured to be, and what it is not fit for. */
export function modelCard(facts: ModelCardFacts): string {
  const { manifest, dataset, command, extraFigures = [], dataNotes = [] } = facts
  const { title, classes, labels, backbone, run } = manifest
  const sections = [
    `# ${title}`,
    `Tells ${classes.length} classes of pictures apart: ${list(labels)}.`,
    '## How good it is',
    ...evaluationLines(facts),
    ...(extraFigures.length > 0 ? [bullets(extraFigures)] : []),
    '## Is the exported model the one that was measured?',
    'Checked at export on held-out pictures, on identical pixels: the model in this folder under tfjs (WebAssembly) beside the server’s own network (onnxruntime).',
    parityTable(facts),
    '## Where it comes from',
    bullets([
      `Backbone ${backbone.title} (\`${backbone.id}\`), weights under ${facts.licence}, pretrained on ImageNet; frozen, with a linear head trained on it.`,
      `Trained on the dataset “${dataset.name}”, version ${dataset.version}, in run \`${run}\`.`,
      ...dataNotes,
    ]),
    ...(command ? [`    ${command}`] : []),
    '## What it sees',
    seeing(manifest.preprocessing, manifest.looks),
    '## What to keep in mind',
    bullets(caveats(facts)),
    '## How to use it',
    usage(facts),
  ]
  return `${sections.join('\n\n')}\n`
}

function evaluationLines({ evaluation, manifest }: ModelCardFacts): string[] {
  if (!evaluation) return ['It was not evaluated.']
  const { images, top1, top5, top1Interval, top5Interval, split, calibration } = evaluation
  const pictures = `${images.toLocaleString('en')} ${split === 'all' ? '' : `${split} `}pictures that it was not trained on`
  const range = ([low, high]: readonly number[]) => `${percent(low!)} to ${percent(high!)}`
  const lines = [
    `- **${percent(top1)} top-1** of ${pictures} (95 % interval ${range(top1Interval)})`,
    ...(manifest.classes.length > 5
      ? [`- ${percent(top5)} top-5 (95 % interval ${range(top5Interval)})`]
      : []),
  ]
  if (calibration) {
    const { temperature, notSureBelow, eceAfter, keptRight, answered } = calibration
    lines.push(
      `- Probabilities are calibrated with temperature ${temperature.toFixed(3)} (expected calibration error ${percent(eceAfter)}).`,
      `- Below ${percent(notSureBelow)} it says “not sure”: that keeps ${keptRight === null ? 'none' : percent(keptRight)} of the right answers and answers ${percent(answered)} of the pictures.`,
    )
  }
  return [lines.join('\n')]
}

function parityTable({ manifest, parity }: ModelCardFacts): string {
  const rows = manifest.models.map(({ precision, bytes }) => {
    const figures = parity[precision]
    const measured = figures
      ? `${figures.sameTop1} of ${figures.pictures} | ${figures.maxProbabilityDifference.toPrecision(2)}`
      : 'not checked | not checked'
    return `| \`${precision}\` | ${(bytes / 1e6).toFixed(1)} MB | ${measured} |`
  })
  return [
    '| precision | size | same most probable class | largest difference of a probability |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n')
}

function caveats({ evaluation, manifest, caveats: given = [] }: ModelCardFacts): string[] {
  const unreliable = evaluation?.calibration?.reliable === false
  return [
    ...given,
    ...(manifest.classes.length === 2 || unreliable
      ? [
          '“Not sure” can’t be relied on here: with two classes, or few validation pictures, no threshold tells foreign pictures apart.',
        ]
      : ['A picture of something else altogether mostly gets “not sure”, but not always.']),
    'It knows pictures like those that it was trained on; judge it on your own before relying on it.',
  ]
}

const USE_THE_PAGE =
  'Put this folder on any static web host and open `index.html`, or try it here with `npx serve .` (browsers don’t load models from `file:`). Nothing leaves the visitor’s machine.'

function usage({ onnx, page }: ModelCardFacts): string {
  return [
    ...(page ? [USE_THE_PAGE] : []),
    '`model.json` says how to preprocess; each precision’s folder loads with `tf.loadGraphModel`.' +
      (onnx ? ' `model.onnx` is the same network for onnxruntime (input NHWC, float32).' : ''),
  ].join('\n\n')
}

function list(labels: readonly string[]): string {
  const shown = labels.slice(0, 12).join(', ')
  return labels.length > 12 ? `${shown} and ${labels.length - 12} more (\`labels.txt\`)` : shown
}

const bullets = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n')
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
