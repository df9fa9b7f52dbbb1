import type { Preprocessing } from '../../../../lib/preprocess/preprocessing.ts'
import type { ProblemSummary } from '../../../../lib/problem.ts'
import type { View } from '../../../features/extractor/messages.ts'

// Both ends are this process: the types are enough.

/** What a thread does for its whole life. */
export type DecodeAssignment = { readonly preprocessing: Preprocessing }

export type DecodeWish = {
  readonly hash: string
  readonly path: string
  /** Absent: the picture as evaluation sees it. */
  readonly random?: View['random']
}

export type ToThread = { readonly id: number; readonly wish: DecodeWish }

export type FromThread =
  /** `[S, S, 3]`, normalised; handed over, not copied. */
  | { readonly id: number; readonly values: Float32Array<ArrayBuffer> }
  | { readonly id: number; readonly problem: ProblemSummary }
