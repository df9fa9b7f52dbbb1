import { createHash } from 'node:crypto'
import type { TensorId } from '../../../lib/backbone/graph.ts'
import type { Looks } from '../../../lib/classify/look.ts'
import type { AugmentationPreset } from '../../../lib/preprocess/augment/presets.ts'
import type { Preprocessing } from '../../../lib/preprocess/preprocessing.ts'

/** One random view of every picture. */
export type RandomView = {
  readonly preset: AugmentationPreset
  /** The run's. */
  readonly seed: number
  /** From 1. */
  readonly index: number
  /** Version of the code that makes it. */
  readonly augment: number
}

/** Everything that a cached feature depends on, besides the picture itself. */
export type FeatureKey = {
  /** sha256 of the weights' content. */
  readonly weights: string
  /** sha256 of the graph as data, up to the cut. */
  readonly graph: string
  /** The tensor that is cached; several with commas between. */
  readonly cut: TensorId
  readonly preprocessing: Preprocessing
  readonly looks: Looks
  /** Version of the code from decoded pixels to input. */
  readonly preprocess: number
  /** Version of the code from file to decoded pixels. */
  readonly decoder: string
  /** Which of the seeded views; 0 is the picture as it is. */
  readonly view: 0 | RandomView
  /** Engine and version: `onnxruntime 1.30.0`. */
  readonly engine: string
  readonly precision: 'float32' | 'float16' | 'uint8'
  /** Version of the code from graph to what the engine runs. */
  readonly emitter: number
}

/** Names a key's folder: the first 128 bits of its sha256, whatever the order of its fields. */
export function keyName(key: FeatureKey): string {
  return sha256(canonical(key)).slice(0, 32)
}

/** sha256, in hex, of data as JSON with sorted fields. */
export function hashOf(data: unknown): string {
  return sha256(canonical(data))
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function canonical(data: unknown): string {
  return JSON.stringify(data, (_, value: unknown) =>
    isRecord(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value,
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
