import { z } from 'zod'
import { problemSummarySchema } from '../run/events.ts'

const whole = z.number().int().nonnegative()

/** Whether the browser model of a run is there, under `/bundles/<run>/`. Asking for it makes it. */
export const bundleStateSchema = z.discriminatedUnion('status', [
  /** The run has kept no model, or is not over yet. */
  z.object({ status: z.literal('none'), why: problemSummarySchema }),
  z.object({
    status: z.literal('making'),
    phase: z.enum(['writing', 'checking']),
    done: whole,
    total: whole,
  }),
  z.object({ status: z.literal('ready'), bytes: whole }),
  z.object({ status: z.literal('refused'), problem: problemSummarySchema }),
])
export type BundleState = z.infer<typeof bundleStateSchema>

const answerSchema = z.object({ label: z.string(), probability: z.number().min(0).max(1) })

/** What a model says of pictures, computed on the server; a picture that can't be read has a problem instead. */
export const predictionSchema = z.object({
  run: z.string(),
  images: z.array(
    z.union([
      z.object({ file: z.string(), sure: z.boolean(), top: z.array(answerSchema) }),
      z.object({ file: z.string(), problem: problemSummarySchema }),
    ]),
  ),
})
export type Prediction = z.infer<typeof predictionSchema>
