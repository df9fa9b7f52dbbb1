import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import { LOOKS, type Looks } from '../../../lib/classify/look.ts'
import { SPLITS } from '../../../lib/dataset/dataset.ts'
import type { EvaluationSummary } from '../../../lib/evaluation/summary.ts'
import { Problem } from '../../../lib/problem.ts'
import { judgeRun } from '../../evaluation/judge-run.ts'
import { contextOf, interruptSignal, reading } from '../context.ts'
import { evaluationText } from '../evaluation-text.ts'
import { oneOf } from '../usage.ts'
import { bar } from '../words.ts'

type JudgedSplit = EvaluationSummary['split']
type Options = {
  run: string
  dataset?: string
  split?: JudgedSplit
  exclude?: string
  looks?: Looks
  json?: boolean
}

export function evalCommand(): Command {
  return new Command('eval')
    .description('judge the model of a run on a split, or on another dataset')
    .requiredOption('--run <run>', 'its id, or the beginning of it')
    .option(
      '--split <split>',
      'train, validation, test or all (default test; all for another dataset)',
      oneOf([...SPLITS, 'all'] as const),
    )
    .option('--dataset <name>', 'another dataset; its classes are matched by readable name')
    .option('--exclude <list>', 'a text file of picture names to leave out, one per line')
    .option(
      '--looks <looks>',
      `how often a picture is looked at: ${LOOKS.join(', ')} (default as trained)`,
      oneOf(LOOKS),
    )
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Examples:
  whippet eval --run r4k2
  whippet eval --run r4k2 --dataset phone-photos --looks whole+second
  whippet eval --run r4k2 --dataset photos --exclude seen.txt --json`,
    )
    .action(async (options: Options) => {
      const context = contextOf(options)
      await reading(context, async ({ datasets, findRun, findDataset }) => {
        const run = await findRun(options.run)
        const version = await findDataset(options.dataset ?? run.dataset.version)
        const { split, looks } = options
        const judged = await judgeRun(
          context.dataDir,
          {
            run,
            version,
            pictures: await datasets.pictures(version.id),
            ...(split && { split }),
            ...(looks && { looks }),
            ...(options.exclude !== undefined && { exclude: await readNames(options.exclude) }),
          },
          {
            onProgress: ({ done, total }) =>
              context.output.progress(`judging ${bar(done / total)} ${done} of ${total}`),
            signal: interruptSignal(),
          },
        )
        const { excluded, notFound, unknownClasses } = judged
        const notes = [
          `looks: ${judged.looks}`,
          ...(excluded > 0 ? [`left out by name: ${excluded}`] : []),
          ...(notFound.length > 0 ? [`on the list but not among the pictures: ${notFound.length}`] : []),
          ...(unknownClasses.length > 0
            ? [`classes that the model doesn't know, left out: ${unknownClasses.join(', ')}`]
            : []),
        ]
        context.output.result(judged, [evaluationText(judged), ...notes].join('\n'))
      })
    })
}

async function readNames(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new Problem('cli/usage', {
      says: `The list ${file} can't be read.`,
      advice: 'Give a text file with one picture name per line.',
      cause,
    })
  })
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean)
}
