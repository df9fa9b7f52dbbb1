import { Command } from 'commander'
import type { Backbone } from '../../../lib/api/machine.ts'
import { listBackbones } from '../../machine/backbones.ts'
import { obtainWeights } from '../../weights/download/obtain.ts'
import { contextOf, interruptSignal } from '../context.ts'
import { downloadLine, megabytes, table } from '../words.ts'
import { importBackboneCommand } from './import-backbone.ts'

export function backbonesCommand(): Command {
  return new Command('backbones')
    .description('list the backbones; get or import the weights of one, or a network of your own')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Examples:
  whippet backbones
  whippet backbones get resnet50
  whippet backbones import tf_efficientnet_lite2 lite2.safetensors
  whippet backbones import ours model.onnx --size 224`,
    )
    .action(async (options: { json?: boolean }) => {
      const { dataDir, output } = contextOf(options)
      const backbones = await listBackbones(dataDir)
      // Groups are the pages' affair.
      const document = backbones.map(({ groups: _, ...facts }) => facts)
      output.result({ backbones: document }, table(backbones.map(rowOf)))
    })
    .addCommand(getCommand())
    .addCommand(importBackboneCommand())
}

function rowOf({ id, title, size, parameters, gflops, imagenetTop1, weights, frozenOnly }: Backbone) {
  return [
    id,
    title,
    `${size} px`,
    `${(parameters / 1e6).toFixed(1)} M parameters`,
    gflops === undefined ? '' : `${gflops.toFixed(2)} GFLOPs`,
    imagenetTop1 ? `ImageNet ${imagenetTop1.toFixed(1)} %` : '',
    frozenOnly ? 'imported, frozen only' : `weights ${weights}`,
  ]
}

function getCommand(): Command {
  return new Command('get')
    .description("download a backbone's pretrained weights from their public home, once per data folder")
    .argument('<id>')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
What is cut goes on where it stopped. Commit and sha256 are recorded at the first download and checked from then on.
Proxies are those of HTTPS_PROXY and NO_PROXY; WHIPPET_WEIGHTS_HOME names a mirror with the same paths.

Example:
  whippet backbones get resnet50`,
    )
    .action(async (id: string, options: { json?: boolean }) => {
      const { dataDir, output } = contextOf(options)
      let bytes = 0
      const { fresh, provenance } = await obtainWeights(id, {
        dataDir,
        onProgress: (progress) => {
          bytes = progress.receivedBytes
          output.progress(downloadLine(progress))
        },
        signal: interruptSignal(),
      })
      const revision = provenance.download?.revision
      const from = `${provenance.source}${revision ? `, commit ${revision.slice(0, 12)}` : ''}`
      output.result(
        { ...provenance, fresh },
        fresh
          ? `The weights of ${id} are here: ${megabytes(bytes)} from ${from}, sha256 ${provenance.sourceSha256.slice(0, 16)}….`
          : `The weights of ${id} were here already, from ${from}.`,
      )
    })
}
