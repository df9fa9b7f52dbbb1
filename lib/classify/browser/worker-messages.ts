import type { Box } from '../../preprocess/box.ts'
import type { ProblemSummary } from '../../problem.ts'
import type { Backend } from './backend-names.ts'
import type { Opened, OpenOptions, Picture, Seen } from './device.ts'
import type { Progress } from './fetch-model.ts'
import type { Running } from './session.ts'

/** What the page asks of its worker; both are of the same build. `id` stands again in the answer. */
export type ToWorker = { readonly id: number } & (
  | { readonly type: 'open'; readonly options: OpenOptions }
  | { readonly type: 'look'; readonly picture: Picture; readonly crop?: Box | undefined }
  | { readonly type: 'use'; readonly asked: Backend | undefined }
)

export type FromWorker = { readonly id: number } & (
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'done'; readonly result: Opened | Seen | Running }
  | { readonly type: 'failed'; readonly problem: ProblemSummary }
)
