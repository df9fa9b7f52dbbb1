import { Command } from 'commander'
import type { DatasetVersion, SplitSettings } from '../../../lib/dataset/dataset.ts'
import type { ImportReport } from '../../../lib/dataset/report.ts'
import { openBlobs } from '../../blobs/blobs.ts'
import { importPictures } from '../../datasets/import.ts'
import type { Worker } from '../../worker/open.ts'
import { asOwner, contextOf, interruptSignal } from '../context.ts'
import type { Output } from '../output.ts'
import { share, shares, wholeNumber } from '../usage.ts'
import { bar, duration, percent } from '../words.ts'

type Options = {
  name: string
  seed?: number
  shares?: SplitSettings['shares']
  validation?: number
  json?: boolean
}

export function importCommand(): Command {
  return new Command('import')
    .description('import labelled pictures: a folder or a zip of class folders')
    .argument('<path>', 'class folders, optionally under train/ (val/) test/')
    .requiredOption('--name <name>', 'what to call the dataset; the same name again makes its next version')
    .option('--shares <shares>', 'without test/: train,validation,test shares (default 70,15,15)', shares)
    .option(
      '--validation <share>',
      'with train/ and test/ only: share of train held out (default 0.15, 0 for none)',
      share,
    )
    .option('--seed <n>', 'of the split (default 0)', wholeNumber)
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Examples:
  whippet import pets/ --name pets
  whippet import dogs.zip --name dogs --validation 0.2
  whippet import pets/ --name pets --shares 80,10,10 --seed 7`,
    )
    .action(async (path: string, options: Options) => {
      const context = contextOf(options)
      await asOwner(context, async (worker) => {
        const { version, report, seconds } = await importDataset(
          worker,
          { path, ...options, signal: interruptSignal() },
          context.output,
        )
        const { id, dataset, version: number, classes, counts } = version
        context.output.result(
          { dataset, version: number, id, classes: classes.length, counts, report, seconds },
          textOf(version, report, seconds),
        )
      })
    })
}

export type DatasetImport = Pick<Options, 'name' | 'seed' | 'shares' | 'validation'> & {
  path: string
  signal?: AbortSignal
}

/** Imports pictures as the next version of a dataset, which is visible once all of it is there. */
export async function importDataset(
  { store, dataDir }: Worker,
  { path, name, seed, shares, validation, signal }: DatasetImport,
  output: Output,
): Promise<{ version: DatasetVersion; report: ImportReport; seconds: number }> {
  const began = performance.now()
  const { report, ...found } = await importPictures({
    source: path,
    blobs: await openBlobs(dataDir),
    split: {
      ...(seed !== undefined && { seed }),
      ...(shares && { shares }),
      ...(validation !== undefined && { validationShare: validation }),
    },
    onProgress: ({ done, total, imagesPerSecond, etaSeconds }) =>
      output.progress(
        `${bar(done / total)} ${done} of ${total} pictures, ${imagesPerSecond.toFixed(0)}/s, ${duration(etaSeconds ?? Number.NaN)} left`,
      ),
    ...(signal && { signal }),
  })
  const version = await store.datasets.create({ name, ...found, report })
  return { version, report, seconds: (performance.now() - began) / 1000 }
}

/** How many lines of each kind of trouble are shown; --json has all. */
const SHOWN = 10

function textOf(
  { dataset, version, classes, counts }: DatasetVersion,
  report: ImportReport,
  seconds: number,
): string {
  const total = counts.train + counts.validation + counts.test
  const skipped = report.skipped.filter(({ code }) => !code.startsWith('ignored/'))
  const ignored = report.skipped.length - skipped.length
  return [
    `${dataset}@${version}: ${total} pictures of ${classes.length} classes in ${duration(seconds)}`,
    `  train ${counts.train}, validation ${counts.validation}, test ${counts.test} (${percent(counts.test / total)})`,
    `  ${report.files} files: ${report.imported} imported, ${skipped.length} skipped${ignored > 0 ? `, ${ignored} system files ignored` : ''}`,
    ...skipped.slice(0, SHOWN).map(({ file, says }) => `    ${file}: ${says}`),
    ...(skipped.length > SHOWN ? [`    and ${skipped.length - SHOWN} more (--json lists them)`] : []),
    ...report.warnings.slice(0, SHOWN).map(({ says }) => `  note: ${says}`),
    ...(report.warnings.length > SHOWN
      ? [`  and ${report.warnings.length - SHOWN} more notes (--json lists them)`]
      : []),
  ].join('\n')
}
