import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { Command } from 'commander'
import { LOOKS, type Looks } from '../../../lib/classify/look.ts'
import { type DatasetVersion, type Picture, SPLITS } from '../../../lib/dataset/dataset.ts'
import { matchClasses } from '../../../lib/dataset/match-classes.ts'
import type { EvaluationSummary } from '../../../lib/evaluation/summary.ts'
import { Problem } from '../../../lib/problem.ts'
import { type Blobs, openBlobs } from '../../blobs/blobs.ts'
import { type JudgedFile, judgeFiles } from '../../evaluation/judge-files.ts'
import { type RunRecord, readRunFolder } from '../../trainer/run-folder.ts'
import { contextOf, interruptSignal, reading } from '../context.ts'
import { evaluationText } from '../evaluation-text.ts'
import { classifierModelOf } from '../model.ts'
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
        const { dataDir } = context
        const run = await findRun(options.run)
        const { record } = await readRunFolder(dataDir, run.id)
        const version = await findDataset(options.dataset ?? run.dataset.version)
        const split = options.split ?? (version.id === run.dataset.version ? 'test' : 'all')
        const pictures = (await datasets.pictures(version.id)).filter(
          (picture) => split === 'all' || picture.split === split,
        )
        const chosen = await choose(pictures, version, record, await openBlobs(dataDir), options.exclude)
        const { looks = record.settings.looks } = options
        const evaluation = await judgeFiles(
          chosen.judged,
          { model: classifierModelOf(dataDir, record, looks), record, split },
          {
            onProgress: ({ done, total }) =>
              context.output.progress(`judging ${bar(done / total)} ${done} of ${total}`),
            signal: interruptSignal(),
          },
        )
        const { unknownClasses, excluded, notFound } = chosen
        const document = {
          run: run.id,
          dataset: `${version.dataset}@${version.version}`,
          looks,
          ...evaluation,
          excluded,
          unknownClasses,
          notFound,
        }
        const notes = [
          `looks: ${looks}`,
          ...(excluded > 0 ? [`left out by name: ${excluded}`] : []),
          ...(notFound.length > 0 ? [`on the list but not among the pictures: ${notFound.length}`] : []),
          ...(unknownClasses.length > 0
            ? [`classes that the model doesn't know, left out: ${unknownClasses.join(', ')}`]
            : []),
        ]
        context.output.result(document, [evaluationText(evaluation), ...notes].join('\n'))
      })
    })
}

type Chosen = {
  judged: JudgedFile[]
  unknownClasses: readonly string[]
  excluded: number
  notFound: readonly string[]
}

/** The pictures that count: of classes that the model knows, not on the list of those to leave out. */
async function choose(
  pictures: readonly Picture[],
  version: DatasetVersion,
  record: RunRecord,
  blobs: Blobs,
  list?: string,
): Promise<Chosen> {
  const { labels, unknown } = matchClasses(version.classes, record.classes)
  const left = list === undefined ? new Set<string>() : await readNames(list)
  const names = new Set(pictures.map(({ file }) => basename(file)))
  const judged = pictures.flatMap(({ hash, file, label }) => {
    const known = labels[label]
    return known === undefined || left.has(basename(file))
      ? []
      : [{ hash, file, label: known, path: blobs.picturePath(hash) }]
  })
  return {
    judged,
    unknownClasses: unknown,
    excluded: pictures.filter(({ file }) => left.has(basename(file))).length,
    notFound: [...left].filter((name) => !names.has(name)),
  }
}

async function readNames(file: string): Promise<Set<string>> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new Problem('cli/usage', {
      says: `The list ${file} can't be read.`,
      advice: 'Give a text file with one picture name per line.',
      cause,
    })
  })
  return new Set(
    text
      .split(/\r?\n/)
      .map((line) => basename(line.trim()))
      .filter(Boolean),
  )
}
