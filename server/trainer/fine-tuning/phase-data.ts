import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { BackboneGraph, WeightStore } from '../../../lib/backbone/graph.ts'
import { weightsOf } from '../../../lib/backbone/interpreter.ts'
import { writeSafetensors } from '../../../lib/backbone/weights/safetensors.ts'
import type { ExampleSource, PhaseData } from '../../../lib/fine-tuning/source.ts'
import type { Preprocessing } from '../../../lib/preprocess/preprocessing.ts'
import type { RunSettings } from '../../../lib/run/settings.ts'
import { trainingOf } from '../../../lib/run/settings.ts'
import type { PhasePlan } from '../../../lib/strategy/plan-run.ts'
import { type Device, threadsOf } from '../../devices/device.ts'
import type { WeightsSource } from '../../features/extractor/messages.ts'
import type { Sharing } from '../../features/fill-caches.ts'
import type { ExtractionProgress } from '../../features/progress.ts'
import { obtainPictures } from '../../features/shared-segments.ts'
import { cacheTensorViews, type TensorExtraction } from '../../features/tensors/tensor-views.ts'
import { writeDurably } from '../../files/write-durably.ts'
import { openDecodeThreads } from './decode-threads/threads.ts'
import { type DecodedPicture, decodedSource } from './decoded-source.ts'

export type PhaseDataTask = {
  /** The backbone without its head. */
  readonly graph: BackboneGraph
  readonly phase: PhasePlan
  readonly train: readonly DecodedPicture[]
  readonly validation: readonly DecodedPicture[]
  readonly settings: RunSettings
  readonly preprocessing: Preprocessing
  readonly cacheDir: string
  readonly sharing: Sharing
  /** Where weights that extractors need, and that no backbone's file has, are put. */
  readonly runDir: string
  readonly weights: { readonly source: WeightsSource; readonly hash: string }
  /** Which devices extract. */
  readonly devices: readonly Device[]
  readonly onProgress: (progress: ExtractionProgress) => void
  readonly signal: AbortSignal
}

/**
 * A phase's pictures as training reads them: boundary tensors from the feature cache, filled now where they are missing,
 * or decoded anew in every epoch where the plan says that they don't fit.
 *
 * @throws what {@link cacheTensorViews} throws.
 */
export async function openPhaseData(task: PhaseDataTask): Promise<PhaseData & { fromCache: number }> {
  const { phase, train, validation, settings, preprocessing } = task
  const { augmentation } = trainingOf(settings)
  const preset = augmentation === 'none' ? undefined : augmentation
  const { seed } = settings
  if (phase.prefix === 'per epoch') {
    if (task.sharing.files.place) await obtainPictures([...train, ...validation], task.sharing.obtain)
    const randomAt = preset && ((epoch: number) => ({ preset, seed, index: epoch + 1 }))
    const threads = openDecodeThreads({ preprocessing }, threadsOf(task.devices))
    const from = { threads, size: preprocessing.size }
    return {
      train: decodedSource(train, from, randomAt),
      ...(validation.length > 0 && { validation: decodedSource(validation, from) }),
      fromCache: 0,
      close: () => threads.close(),
    }
  }
  const cached = async (pictures: readonly DecodedPicture[], random?: TensorExtraction['random']) => {
    const { graph, weights, cacheDir, sharing, devices, onProgress, signal } = task
    const boundary = phase.plan.boundaryTensors
    const views = await cacheTensorViews({
      pictures,
      graph,
      boundary,
      weights,
      preprocessing,
      random,
      cacheDir,
      sharing,
      devices,
      onProgress,
      signal,
    })
    const source: ExampleSource = {
      labels: Int32Array.from(pictures, ({ label }) => label),
      gives: boundary.map(({ id }) => id),
      read: (rows, epoch) =>
        views.read(
          [...rows].map((row) => pictures[row]!.hash),
          epoch % views.views,
        ),
    }
    return { source, fromCache: views.fromCache }
  }
  const trained = await cached(train, preset && { preset, seed, count: phase.views })
  const judged = validation.length > 0 ? await cached(validation) : undefined
  return {
    train: trained.source,
    ...(judged && { validation: judged.source }),
    fromCache: trained.fromCache + (judged?.fromCache ?? 0),
  }
}

/**
 * Where extractors find the weights of a phase's prefix: the backbone's own file, or one that is written now where an
 * earlier phase, or a fresh start, has changed some of them.
 */
export async function prefixWeights(
  { graph, phase, runDir, weights }: Pick<PhaseDataTask, 'graph' | 'phase' | 'runDir' | 'weights'>,
  now: WeightStore,
  changed: ReadonlySet<string>,
): Promise<PhaseDataTask['weights']> {
  const prefix = new Set(phase.plan.prefix)
  const names = graph.nodes.flatMap((node) =>
    prefix.has(node.id) ? weightsOf(node).map(([name]) => name) : [],
  )
  if (!names.some((name) => changed.has(name))) return weights
  const bytes = writeSafetensors(new Map(names.map((name) => [name, now.get(name)])))
  const path = join(runDir, 'prefix.safetensors')
  await writeDurably(path, bytes)
  return { source: { kind: 'file', path }, hash: createHash('sha256').update(bytes).digest('hex') }
}
