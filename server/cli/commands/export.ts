import { resolve } from 'node:path'
import { Command } from 'commander'
import { LOOKS, type Looks } from '../../../lib/classify/look.ts'
import { PRECISIONS, type Precision } from '../../../lib/graph-model/precision.ts'
import { type ExportChoices, type ExportedRun, exportRun } from '../../export/export-run.ts'
import type { ExportProgress } from '../../export/settings.ts'
import type { ReadDatasets } from '../../owner/owned-datasets.ts'
import { contextOf, interruptSignal, reading } from '../context.ts'
import type { Output } from '../output.ts'
import { listOf, oneOf } from '../usage.ts'
import { bar, megabytes, table } from '../words.ts'

type Options = {
  run: string
  out: string
  precisions?: Precision[]
  looks?: Looks
  onnx: boolean
  page: boolean
  card?: string
  title?: string
  json?: boolean
}

export function exportCommand(): Command {
  return new Command('export')
    .description(
      'write a bundle that classifies in any browser, checked against the server before it is kept',
    )
    .requiredOption('--run <run>', 'its id, or the beginning of it')
    .requiredOption('--out <folder>', 'where to write; must be empty or absent')
    .option('--precisions <list>', `which of ${PRECISIONS.join(', ')} (default all)`, listOf(PRECISIONS))
    .option(
      '--looks <looks>',
      `how often a picture is looked at: ${LOOKS.join(', ')} (default as trained)`,
      oneOf(LOOKS),
    )
    .option('--no-onnx', 'leave the ONNX model out')
    .option('--no-page', 'leave the page that classifies out')
    .option('--title <title>', "the model card's title")
    .option('--card <file>', 'a text file to add to the model card: data, licences, caveats')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Examples:
  whippet export --run r4k2 --out flowers-model
  whippet export --run r4k2 --out small --precisions uint8 --no-onnx`,
    )
    .action(async (options: Options) => {
      const context = contextOf(options)
      const { run, precisions, looks, onnx, page, card, title } = options
      await reading(context, async ({ datasets, findRun }) => {
        const found = await findRun(run)
        const choices = {
          onnx,
          page,
          ...(precisions && { precisions }),
          ...(looks && { looks }),
          ...(card && { cardFile: card }),
          ...(title && { title }),
        }
        const exported = await exportTo(
          { datasets, dataDir: context.dataDir },
          found.id,
          options.out,
          choices,
          context.output,
        )
        context.output.result({ run: found.id, ...exported }, exportText(exported))
      })
    })
}

export async function exportTo(
  data: { datasets: ReadDatasets; dataDir: string },
  run: string,
  out: string,
  choices: ExportChoices,
  output: Output,
): Promise<ExportedRun> {
  return exportRun(data, {
    run,
    outDir: resolve(out),
    choices,
    onProgress: (progress) => output.progress(progressLine(progress)),
    signal: interruptSignal(),
  })
}

function progressLine(progress: ExportProgress): string {
  if (progress.phase === 'writing') return 'writing the bundle …'
  const { done, total } = progress
  return `checking against the server ${bar(done / total)} ${done} of ${total} pictures`
}

export function exportText({ outDir, bytes, parity, seenInTraining }: ExportedRun): string {
  const rows = Object.entries(parity).map(([precision, { pictures, sameTop1, maxProbabilityDifference }]) => [
    `  ${precision}`,
    `same top-1 on ${sameTop1} of ${pictures} pictures`,
    `probabilities within ${maxProbabilityDifference.toExponential(1)}`,
  ])
  const seen =
    seenInTraining > 0
      ? [`  ${seenInTraining} of the pictures were seen in training: the dataset has too few held-out ones`]
      : []
  return [
    `${outDir}: ${megabytes(bytes)}`,
    table(rows),
    ...seen,
    'Serve the folder with any static web server and open it.',
  ].join('\n')
}
