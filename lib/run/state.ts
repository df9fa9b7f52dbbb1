import { z } from 'zod'
import {
  curvePointSchema,
  downloadProgressSchema,
  extractionProgressSchema,
  interruptionSchema,
  problemSummarySchema,
  stepProgressSchema,
} from './events.ts'

/** Where a run stands. */
export const runStateSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('queued') }),
  /** `download`: of the backbone's weights, at its first use. */
  z.object({ status: z.literal('preparing'), download: downloadProgressSchema.optional() }),
  z.object({ status: z.literal('extracting'), progress: extractionProgressSchema.optional() }),
  z.object({
    status: z.literal('training'),
    latest: curvePointSchema.extend({ series: z.string(), etaSeconds: z.number().optional() }).optional(),
    /** Of the epoch that runs, where fine-tuning has told of it. */
    step: stepProgressSchema.optional(),
  }),
  /** The test split is extracted first, hence the progress. */
  z.object({ status: z.literal('evaluating'), progress: extractionProgressSchema.optional() }),
  /** Its attempt broke off; another one goes on. `was`: how far it had come. */
  z.object({ status: z.literal('interrupted'), was: z.string(), why: interruptionSchema }),
  z.object({ status: z.literal('succeeded') }),
  /** `kept`: whether the best head so far was kept. */
  z.object({ status: z.literal('stopped'), kept: z.boolean() }),
  z.object({ status: z.literal('failed'), problem: problemSummarySchema }),
])
export type RunState = Readonly<z.infer<typeof runStateSchema>>
