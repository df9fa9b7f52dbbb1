import { z } from 'zod'
import { evaluationSummarySchema } from '../evaluation/summary.ts'
import {
  chosenL2Schema,
  curvePointSchema,
  extensionSchema,
  extractionSummarySchema,
  planSchema,
  runDatasetSchema,
  trainingEngineSchema,
  trainingPhaseSchema,
} from './events.ts'
import { runSettingsSchema } from './settings.ts'
import { runStateSchema } from './state.ts'

export { brokenOff, EventGap, fenced, isOver, RUN_FOLD_VERSION, reduceRun } from './reduce.ts'

const curveSchema = z.object({ series: z.string(), points: z.array(curvePointSchema) })
export type Curve = z.infer<typeof curveSchema>

/** A run as its log tells it. What follows `attempt` is the attempt's: a new one begins it again. */
export const runSchema = z.object({
  id: z.string(),
  /** Of the last event folded in. */
  seq: z.number().int().positive(),
  settings: runSettingsSchema,
  dataset: runDatasetSchema,
  queuedAt: z.iso.datetime(),
  requestedStop: z.boolean(),
  /** 0 before the first. */
  attempt: z.number().int().nonnegative(),
  state: runStateSchema,
  startedAt: z.iso.datetime().optional(),
  plan: planSchema.optional(),
  engine: trainingEngineSchema.optional(),
  /** The one that runs, or ran last. */
  trainingPhase: trainingPhaseSchema.optional(),
  /** All extractions of the attempt together. */
  extraction: extractionSummarySchema.optional(),
  /** In the order in which they began; long ones are thinned, the log has all their points. */
  curves: z.array(curveSchema),
  /** In the order in which they were asked for. */
  extensions: z.array(extensionSchema).optional(),
  /** The earlier attempt's, while it isn't known whether this one goes on where that one stood. */
  earlier: z.array(curveSchema).optional(),
  l2: chosenL2Schema.optional(),
  headFittedAt: z.iso.datetime().optional(),
  evaluation: evaluationSummarySchema.optional(),
  endedAt: z.iso.datetime().optional(),
})
export type Run = Readonly<z.infer<typeof runSchema>>
