import { Command } from 'commander'
import { setupTensorflow } from '../../setup/tensorflow/setup.ts'
import { contextOf, interruptSignal } from '../context.ts'

export function setupCommand(): Command {
  const setup = new Command('setup').description('fetch and build what an engine needs beyond "npm ci"')
  setup.addCommand(
    new Command('tensorflow')
      .description(
        "put TensorFlow's libraries under the tensorflow engine: fine-tuning at several times the speed of wasm",
      )
      .option(
        '--cuda',
        'the build for NVIDIA GPUs, with its CUDA libraries (3.4 GB to fetch instead of 274 MB)',
      )
      .option('--again', 'set up again even where everything is in place')
      .option('--json', 'print one JSON document')
      .addHelpText('after', '\nNeeds pip and a C++ compiler. Example:\n  whippet setup tensorflow')
      .action(async (options: { cuda?: boolean; again?: boolean; json?: boolean }) => {
        const { output } = contextOf(options)
        const made = await setupTensorflow({
          device: options.cuda ? 'cuda' : 'cpu',
          again: options.again ?? false,
          onProgress: output.progress,
          signal: interruptSignal(),
        })
        if ('stock' in made) {
          return output.result(
            made,
            `The package brought its own TensorFlow, in ${made.folder}, and it passes its self-test: nothing to do. --again sets ours up all the same.`,
          )
        }
        const { folder, fresh, manifest } = made
        const megabytes = Object.values(manifest.files).reduce((sum, { bytes }) => sum + bytes, 0) / 1e6
        output.result(
          {
            folder,
            fresh,
            tensorflow: manifest.tensorflow,
            device: manifest.device,
            wheels: manifest.wheels,
          },
          `TensorFlow ${manifest.tensorflow} (${manifest.device}) is ${fresh ? 'set up' : 'already set up'} in ${folder}, ${Math.round(megabytes)} MB. "whippet doctor" checks it.`,
        )
      }),
  )
  return setup
}
