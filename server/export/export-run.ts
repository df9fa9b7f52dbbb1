import { readFile } from 'node:fs/promises'
import { backboneEntry } from '../../lib/backbone/registry.ts'
import type { Looks } from '../../lib/classify/look.ts'
import { readableName } from '../../lib/dataset/readable-name.ts'
import type { Precision } from '../../lib/graph-model/precision.ts'
import { Problem } from '../../lib/problem.ts'
import { findBackbone } from '../backbones/find.ts'
import { openBlobs } from '../blobs/blobs.ts'
import type { ReadDatasets } from '../owner/owned-datasets.ts'
import { type RunRecord, readRunFolder, runFolder } from '../trainer/run-folder.ts'
import { withTuned } from '../trainer/tuned-weights.ts'
import { loadBackboneWeights } from '../weights/load.ts'
import { commandOf } from './command-of.ts'
import { exportBundle } from './export-bundle.ts'
import { chooseGatePictures } from './gate-pictures.ts'
import type { Exported, ExportProgress } from './settings.ts'

/** What may be chosen when a run is exported; everything has a default. */
export type ExportChoices = {
  readonly precisions?: readonly Precision[] | undefined
  /** As trained, unless told otherwise. */
  readonly looks?: Looks | undefined
  readonly onnx?: boolean | undefined
  readonly page?: boolean | undefined
  readonly title?: string | undefined
  /** A text file whose lines go into the model card: data, licences, caveats. */
  readonly cardFile?: string | undefined
}

export type ExportTask = {
  readonly run: string
  readonly outDir: string
  readonly choices?: ExportChoices
  readonly onProgress?: (progress: ExportProgress) => void
  readonly signal?: AbortSignal
}

export type ExportedRun = Exported & {
  /** How many of the pictures that the gate compared on the run had seen in training: none, unless the dataset is tiny. */
  readonly seenInTraining: number
}

/**
 * Exports the model that a run kept: bundle, model card, parity gate on held-out pictures of the run's own dataset.
 *
 * @throws Problem `runs/no-model`, `runs/damaged`, `weights/…`, `export/imported-network`, `export/weights-changed`, `export/card`, and what
 * {@link exportBundle} throws.
 */
export async function exportRun(
  { datasets, dataDir }: { datasets: ReadDatasets; dataDir: string },
  { run, outDir, choices = {}, onProgress, signal }: ExportTask,
): Promise<ExportedRun> {
  const { record, head } = await readRunFolder(dataDir, run)
  const { imported } = await findBackbone(record.backbone, { dataDir })
  if (imported) throw notOurs(record)
  const entry = backboneEntry(record.backbone)
  const { weights, hash } = await loadBackboneWeights(record.backbone, { dataDir })
  if (hash !== record.weightsHash) throw weightsChanged(record)
  const blobs = await openBlobs(dataDir)
  const pictures = await datasets.pictures(record.dataset.version)
  const gatePictures = chooseGatePictures(pictures, (picture) => blobs.picturePath(picture))
  const { precisions, onnx, page, cardFile, looks = record.settings.looks } = choices
  const exported = await exportBundle({
    run,
    backbone: { id: record.backbone, entry, graph: entry.build() },
    weights: await withTuned(weights, runFolder(dataDir, run), record.tuned),
    head,
    classes: record.classes,
    labels: record.classes.map(readableName),
    preprocessing: record.preprocessing,
    looks,
    calibration: record.calibration,
    evaluation: record.evaluation,
    dataset: await datasetOf(datasets, record),
    facts: {
      title: choices.title ?? `${record.dataset.name}, on ${entry.title}`,
      command: commandOf(record),
      dataNotes: cardFile === undefined ? [] : await notesIn(cardFile),
    },
    gatePictures,
    outDir,
    ...(precisions && { precisions }),
    ...(onnx !== undefined && { onnx }),
    ...(page !== undefined && { page }),
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
  })
  return { ...exported, seenInTraining: gatePictures.filter(({ heldOut }) => !heldOut).length }
}

async function datasetOf(
  datasets: ReadDatasets,
  { dataset }: RunRecord,
): Promise<{ name: string; version: number }> {
  const version = await datasets.find(dataset.version)
  return version
    ? { name: version.dataset, version: version.version }
    : { name: dataset.name.replace(/@\d+$/, ''), version: 1 }
}

async function notesIn(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new Problem('export/card', {
      says: `${file}, which the model card should quote, can't be read.`,
      advice: 'Give a text file, one note per line.',
      cause,
    })
  })
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean)
}

function notOurs({ run, backbone }: RunRecord): Problem {
  return new Problem('export/imported-network', {
    says: `Run ${run} can't be exported: its backbone "${backbone}" came as an ONNX file, and no browser model can be made of that.`,
    advice:
      'Classify with it on this server ("whippet infer", or over REST), or train on a built-in backbone for a bundle.',
  })
}

function weightsChanged({ run, backbone }: RunRecord): Problem {
  return new Problem('export/weights-changed', {
    says: `Run ${run} was trained on other weights of ${backbone} than the ones that are here now.`,
    advice: `Import the weights that it was trained on ("whippet backbones import ${backbone} FILE"), or train again.`,
  })
}
