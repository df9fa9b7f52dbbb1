import type { BackboneEntry, BackboneGraph, WeightStore } from '../../lib/backbone/graph.ts'
import type { Head } from '../../lib/backbone/head.ts'
import type { Looks } from '../../lib/classify/look.ts'
import type { EvaluationSummary } from '../../lib/evaluation/summary.ts'
import type { Parity } from '../../lib/export/parity.ts'
import type { Precision } from '../../lib/graph-model/precision.ts'
import type { Preprocessing } from '../../lib/preprocess/preprocessing.ts'

export type ExportSettings = {
  run: string
  backbone: { id: string; entry: BackboneEntry; graph: BackboneGraph }
  weights: WeightStore
  head: Head
  /** Folder names, in the order of the logits. */
  classes: readonly string[]
  /** What people read, in the same order. */
  labels: readonly string[]
  preprocessing: Preprocessing
  looks: Looks
  calibration?: { temperature: number; notSureBelow: number } | undefined
  evaluation?: EvaluationSummary | undefined
  dataset: { name: string; version: number }
  facts: {
    title: string
    command?: string
    dataNotes?: readonly string[]
    caveats?: readonly string[]
    extraFigures?: readonly string[]
  }
  /** What the gate compares on, already chosen. */
  gatePictures: readonly { path: string; hash: string; heldOut: boolean }[]
  outDir: string
  /** All by default. */
  precisions?: readonly Precision[] | undefined
  /** Whether `model.onnx` is in the bundle; by default it is. */
  onnx?: boolean | undefined
  /** Whether a page that classifies is in the bundle; by default it is. */
  page?: boolean | undefined
  onProgress?: ((progress: ExportProgress) => void) | undefined
  signal?: AbortSignal | undefined
}

export type ExportProgress =
  | { readonly phase: 'writing' }
  | { readonly phase: 'checking'; readonly done: number; readonly total: number }

export type Exported = {
  readonly outDir: string
  /** Of all files. */
  readonly bytes: number
  readonly parity: Partial<Record<Precision, Parity>>
  readonly files: readonly { readonly path: string; readonly bytes: number }[]
}

/** What the files of a bundle are made from. */
export type BundleContents = Omit<ExportSettings, 'precisions'> & {
  title: string
  precisions: readonly Precision[]
}
