import { z } from 'zod'
import type { ProblemSummary } from '../problem.ts'
import { problemSummarySchema } from '../run/events.ts'

/** So many results are kept of each sort. */
export const MOST_JOBS = 20

/** Where something stands that takes longer than a request. */
export type JobState<Result> = { readonly id: string } & (
  | { readonly status: 'waiting' }
  | { readonly status: 'running'; readonly done: number; readonly total: number }
  | { readonly status: 'succeeded'; readonly result: Result }
  | { readonly status: 'failed'; readonly problem: ProblemSummary }
)

/** The same as it is answered; `result` is what a job comes to. */
export function jobSchema<Result extends z.ZodType>(result: Result) {
  const id = z.string()
  const whole = z.number().int().nonnegative()
  return z.discriminatedUnion('status', [
    z.object({ id, status: z.literal('waiting') }),
    z.object({ id, status: z.literal('running'), done: whole, total: whole }),
    z.object({ id, status: z.literal('succeeded'), result }),
    z.object({ id, status: z.literal('failed'), problem: problemSummarySchema }),
  ])
}
