import { Command } from 'commander'
import { type Answer, answerOf } from '../../classify/answer.ts'
import { classifyFiles } from '../../classify/classify-files.ts'
import { readRunFolder } from '../../trainer/run-folder.ts'
import { contextOf, interruptSignal, reading } from '../context.ts'
import { classifierModelOf } from '../model.ts'
import { percent } from '../words.ts'

export function inferCommand(): Command {
  return new Command('infer')
    .description("classify picture files with a run's model")
    .requiredOption('--run <run>', 'its id, or the beginning of it')
    .argument('<files...>')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  whippet infer --run r4k2 photo.jpg more/*.heic')
    .action(async (files: string[], options: { run: string; json?: boolean }) => {
      const context = contextOf(options)
      const run = await reading(context, ({ findRun }) => findRun(options.run))
      const { record } = await readRunFolder(context.dataDir, run.id)
      const results = await classifyFiles(files, classifierModelOf(context.dataDir, record), {
        signal: interruptSignal(),
      })
      const images = results.map((result, i) => {
        const file = files[i]!
        return 'problem' in result
          ? { file, problem: result.problem, top: [] }
          : { file, ...answerOf(result.probabilities, record) }
      })
      context.output.result({ run: run.id, images }, images.map(lineOf).join('\n'))
      if (images.some((image) => 'problem' in image)) process.exitCode = 1
    })
}

function lineOf(
  image: Partial<Answer> & { file: string; top: Answer['top']; problem?: { says: string } },
): string {
  if (image.problem) return `${image.file}: ${image.problem.says}`
  const answers = image.top.map(({ label, probability }) => `${label} ${percent(probability)}`).join(', ')
  return `${image.file}: ${image.sure ? '' : 'not sure; '}${answers}`
}
