import { z } from 'zod'
import { runSettingsSchema } from '../run/settings.ts'
import { axisSchema } from './axis.ts'

export const DEFAULT_TRIALS = 20
/** More than anyone waits for. */
export const MOST_TRIALS = 1000

/** What a tune is asked to do. Stored with it, whole: its trials follow from it, whenever they are asked for. */
export const tunePlanSchema = z.object({
  /** For people: `dogs@2`. */
  dataset: z.string(),
  /** What all trials have in common, defaults filled in. */
  base: runSettingsSchema,
  space: z.array(axisSchema).min(1),
  trials: z.number().int().min(1).max(MOST_TRIALS),
  /** Successive halving instead of every epoch for every trial. */
  halving: z.boolean(),
  /** Of the draw; trials have the seed of their settings. */
  seed: z.number().int().nonnegative(),
})
export type TunePlan = z.infer<typeof tunePlanSchema>
