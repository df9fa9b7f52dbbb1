import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Command } from 'commander'
import type { DatasetVersion, SplitSettings } from '../../../lib/dataset/dataset.ts'
import type { ImportReport } from '../../../lib/dataset/report.ts'
import { Problem } from '../../../lib/problem.ts'
import { openBlobs } from '../../blobs/blobs.ts'
import { type ImportProgress, importPictures } from '../../datasets/import.ts'
import { askOwner } from '../../owner/control.ts'
import { gone } from '../../owner/owned-datasets.ts'
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
      const wanted = { path, ...options, signal: interruptSignal() }
      const { version, report, seconds } =
        (await importByServer(context.dataDir, wanted, context.output)) ??
        (await asOwner(context, (worker) => importDataset(worker, wanted, context.output)))
      const { id, dataset, version: number, classes, counts } = version
      context.output.result(
        { dataset, version: number, id, classes: classes.length, counts, report, seconds },
        textOf(version, report, seconds),
      )
    })
}

type Imported = { version: DatasetVersion; report: ImportReport; seconds: number }

export type DatasetImport = Pick<Options, 'name' | 'seed' | 'shares' | 'validation'> & {
  path: string
  signal?: AbortSignal
}

/** Imports pictures as the next version of a dataset, which is visible once all of it is there. */
export async function importDataset(
  { store, dataDir }: Worker,
  { path, name, seed, shares, validation, signal }: DatasetImport,
  output: Output,
): Promise<Imported> {
  const began = performance.now()
  const { report, ...found } = await importPictures({
    source: path,
    blobs: await openBlobs(dataDir),
    split: {
      ...(seed !== undefined && { seed }),
      ...(shares && { shares }),
      ...(validation !== undefined && { validationShare: validation }),
    },
    onProgress: (progress) => output.progress(progressLine(progress)),
    ...(signal && { signal }),
  })
  const version = await store.datasets.create({ name, ...found, report })
  return { version, report, seconds: (performance.now() - began) / 1000 }
}

/** Lets the server of the data folder do it; undefined where there is none. Ctrl-C leaves it to the server. */
async function importByServer(
  dataDir: string,
  { path, name, seed, shares, validation, signal }: DatasetImport,
  output: Output,
): Promise<Imported | undefined> {
  const began = performance.now()
  const wish = {
    name,
    ...(seed !== undefined && { seed }),
    ...(shares && { shares }),
    ...(validation !== undefined && { validationShare: validation }),
  }
  const started = await askOwner(dataDir, { type: 'import', path: resolve(path), wish })
  if (!started) return undefined
  while (true) {
    signal?.throwIfAborted()
    const answer = await askOwner(dataDir, { type: 'import-state', import: started.import })
    if (!answer) throw gone()
    const { state } = answer.import
    if (state.status === 'failed') throw new Problem(state.problem.code, state.problem)
    if (state.status === 'succeeded') {
      const found = await askOwner(dataDir, { type: 'dataset', name: state.version })
      if (!found?.dataset || !found.report) throw gone()
      return { version: found.dataset, report: found.report, seconds: (performance.now() - began) / 1000 }
    }
    output.progress(progressLine(state))
    await pause(LOOK_EVERY_MS)
  }
}

const LOOK_EVERY_MS = 300

function progressLine({ done, total, imagesPerSecond, etaSeconds }: ImportProgress): string {
  return `${bar(total > 0 ? done / total : 0)} ${done} of ${total} pictures, ${imagesPerSecond.toFixed(0)}/s, ${duration(etaSeconds ?? Number.NaN)} left`
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
