import { z } from 'zod'
import { LOOKS } from '../../lib/classify/look.ts'
import { preprocessingSchema } from '../../lib/preprocess/preprocessing.ts'
import { problemSummarySchema } from '../../lib/run/events.ts'

/** Raised whenever a message changes its meaning; both ends refuse another version. */
export const CLASSIFIER_PROTOCOL = 1

/** Which model a classifier process runs, for its whole life. */
export const modelSchema = z.object({
  backbone: z.string(),
  /** Where backbone weights and the run's head are. */
  dataDir: z.string(),
  run: z.string(),
  preprocessing: preprocessingSchema,
  looks: z.enum(LOOKS),
  temperature: z.number().positive(),
})
export type ClassifierModel = z.infer<typeof modelSchema>

export const toClassifierSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('open'), protocol: z.literal(CLASSIFIER_PROTOCOL), model: modelSchema }),
  z.object({ type: z.literal('classify'), index: z.number().int(), path: z.string() }),
])
export type ToClassifier = z.infer<typeof toClassifierSchema>

export const fromClassifierSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('classified'),
    index: z.number().int(),
    probabilities: z.custom<Float32Array>((value) => value instanceof Float32Array),
  }),
  /** This picture can't be read; others may be. */
  z.object({ type: z.literal('unreadable'), index: z.number().int(), problem: problemSummarySchema }),
  /** The process can't work at all. */
  z.object({ type: z.literal('failed'), problem: problemSummarySchema }),
])
export type FromClassifier = z.infer<typeof fromClassifierSchema>
