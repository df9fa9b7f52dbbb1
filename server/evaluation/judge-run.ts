import { basename } from 'node:path'
import type { Judgement, NewEvaluation } from '../../lib/api/evaluations.ts'
import type { DatasetVersion, Picture } from '../../lib/dataset/dataset.ts'
import { matchClasses } from '../../lib/dataset/match-classes.ts'
import type { Run } from '../../lib/run/run.ts'
import { type Blobs, openBlobs } from '../blobs/blobs.ts'
import type { ClassifyOptions } from '../classify/classify-files.ts'
import { classifierModelOf } from '../cli/model.ts'
import { type RunRecord, readRunFolder } from '../trainer/run-folder.ts'
import { type JudgedFile, judgeFiles } from './judge-files.ts'

export type JudgingTask = Omit<NewEvaluation, 'dataset'> & {
  readonly run: Pick<Run, 'id' | 'dataset'>
  /** What it is judged on, and its pictures. */
  readonly version: DatasetVersion
  readonly pictures: readonly Picture[]
}

/**
 * Judges the model that a run kept on a split of a dataset, its own or another one, with all its looks.
 *
 * @throws Problem `runs/no-model`, `runs/damaged`, `evaluation/unreadable`, `classify/died`; the signal's reason.
 */
export async function judgeRun(
  dataDir: string,
  { run, version, pictures, exclude = [], ...wanted }: JudgingTask,
  options: ClassifyOptions = {},
): Promise<Judgement> {
  const { record } = await readRunFolder(dataDir, run.id)
  const { looks = record.settings.looks } = wanted
  const split = wanted.split ?? (version.id === run.dataset.version ? 'test' : 'all')
  const offered = pictures.filter((picture) => split === 'all' || picture.split === split)
  const { judged, ...chosen } = choose(offered, { version, record, blobs: await openBlobs(dataDir), exclude })
  const model = classifierModelOf(dataDir, record, looks)
  const evaluation = await judgeFiles(judged, { model, record, split }, options)
  return { run: run.id, dataset: `${version.dataset}@${version.version}`, looks, ...evaluation, ...chosen }
}

type Choosing = {
  readonly version: DatasetVersion
  readonly record: RunRecord
  readonly blobs: Blobs
  readonly exclude: readonly string[]
}

/** The pictures that count: of classes that the model knows, not among those to leave out. */
function choose(
  pictures: readonly Picture[],
  { version, record, blobs, exclude }: Choosing,
): { judged: JudgedFile[] } & Pick<Judgement, 'unknownClasses' | 'excluded' | 'notFound'> {
  const { labels, unknown } = matchClasses(version.classes, record.classes)
  const left = new Set(exclude.map((name) => basename(name)))
  const names = new Set(pictures.map(({ file }) => basename(file)))
  const judged = pictures.flatMap(({ hash, file, label }) => {
    const known = labels[label]
    return known === undefined || left.has(basename(file))
      ? []
      : [{ hash, file, label: known, path: blobs.picturePath(hash) }]
  })
  return {
    judged,
    unknownClasses: [...unknown],
    excluded: pictures.filter(({ file }) => left.has(basename(file))).length,
    notFound: [...left].filter((name) => !names.has(name)),
  }
}
