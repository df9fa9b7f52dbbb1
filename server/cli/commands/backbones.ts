import { Command } from 'commander'
import { costOfGroups } from '../../../lib/backbone/cost.ts'
import type { BackboneEntry } from '../../../lib/backbone/graph.ts'
import { BACKBONES } from '../../../lib/backbone/registry.ts'
import { importWeights } from '../../weights/import.ts'
import { weightsFolder, weightsState } from '../../weights/load.ts'
import { contextOf } from '../context.ts'
import { table } from '../words.ts'

export function backbonesCommand(): Command {
  const list = new Command('backbones')
    .description('list the backbones, or import the weights of one')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nExamples:\n  whippet backbones\n  whippet backbones import tf_efficientnet_lite2 lite2.safetensors',
    )
    .action(async (options: { json?: boolean }) => {
      const { dataDir, output } = contextOf(options)
      const entries: [string, BackboneEntry][] = Object.entries(BACKBONES)
      const backbones = await Promise.all(
        entries.map(async ([id, entry]) => ({
          id,
          ...factsOf(entry),
          weights: await weightsState(id, { dataDir }),
        })),
      )
      const rows = backbones.map(({ id, title, size, parameters, gflops, imagenetTop1, weights }) => [
        id,
        title,
        `${size} px`,
        `${(parameters / 1e6).toFixed(1)} M parameters`,
        `${gflops.toFixed(2)} GFLOPs`,
        imagenetTop1 ? `ImageNet ${imagenetTop1.toFixed(1)} %` : '',
        `weights ${weights}`,
      ])
      output.result({ backbones }, table(rows))
    })
  list.addCommand(
    new Command('import')
      .description("take a backbone's pretrained weights from a safetensors file with timm's names")
      .argument('<id>')
      .argument('<file>')
      .option('--halves', 'store convolutions as 16-bit numbers: half the size, features within 1e-3')
      .option(
        '--folder <folder>',
        'where to put them instead of the data folder (how the built-in weights were made)',
      )
      .option('--json', 'print one JSON document')
      .addHelpText(
        'after',
        '\nExample:\n  whippet backbones import tf_efficientnet_lite2 tf_efficientnet_lite2.in1k.safetensors',
      )
      .action(
        async (id: string, file: string, options: { halves?: boolean; folder?: string; json?: boolean }) => {
          const { dataDir, output } = contextOf(options)
          const folder = options.folder ?? weightsFolder(dataDir)
          const provenance = await importWeights({ id, file, folder, halves: options.halves ?? false })
          output.result(
            provenance,
            `The weights of ${id} are in ${folder} (sha256 ${provenance.sha256.slice(0, 16)}…).`,
          )
        },
      ),
  )
  return list
}

function factsOf({ title, build, preprocess, imagenetTop1 }: BackboneEntry) {
  const costs = [...costOfGroups(build()).values()]
  const sum = (pick: (cost: (typeof costs)[number]) => number) =>
    costs.reduce((total, cost) => total + pick(cost), 0)
  return {
    title,
    size: preprocess.size,
    parameters: sum(({ parameters }) => parameters),
    gflops: sum(({ flops }) => flops) / 1e9,
    imagenetTop1,
  }
}
