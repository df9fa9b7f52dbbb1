import type { TensorId, WeightStore } from '../backbone/graph.ts'
import type { FineTuningPhase } from './settings.ts'

/** Labelled pictures as training reads them: what the frozen prefix made of them, or the pixels themselves. */
export interface ExampleSource {
  /** Class index of each picture. */
  readonly labels: Int32Array
  /** What `read` gives: the phase's boundary, from the feature cache; or the image, and the prefix runs in every epoch. */
  readonly gives: readonly TensorId[]
  /**
   * The tensors of these pictures, NHWC, one picture after the other, in memory of their own. Where V augmented views of a
   * picture are cached, epoch e reads view e mod V. Called for the next batch while one is computed.
   */
  read(rows: Int32Array, epoch: number): Promise<ReadonlyMap<TensorId, Float32Array>>
}

export type PhaseData = {
  readonly train: ExampleSource
  /** Absent where nothing is held out: nothing is judged then. */
  readonly validation?: ExampleSource | undefined
  close?(): Promise<void>
}

/**
 * Where a phase's pictures come from; asked when the phase begins, with the weights as they are then (an earlier phase may
 * have trained what this one's prefix is made of).
 */
export type OpenData = (phase: FineTuningPhase, index: number, weights: WeightStore) => Promise<PhaseData>
