import { z } from 'zod'
import { SPLITS } from '../../lib/dataset/dataset.ts'
import { extensionSchema, newRunEventSchema, runDatasetSchema } from '../../lib/run/events.ts'
import { runSettingsSchema } from '../../lib/run/settings.ts'
import { deviceSchema } from '../devices/device.ts'
import { teamCallSchema, teamReplySchema } from './team-calls.ts'

/** Raised whenever a message changes its meaning; both ends refuse another version. */
export const TRAINER_PROTOCOL = 3

/** Everything that one attempt at a run needs to know. Pictures are read from the blobs, never sent. */
export const jobSchema = z.object({
  run: z.string(),
  /** What an earlier one writes is refused; absent: nobody else does the run. */
  attempt: z.number().int().positive().optional(),
  dataDir: z.string(),
  /** The run's alone while the attempt lasts. This process sees the first one and no others. */
  devices: z.array(deviceSchema).min(1),
  /** Whether other machines may take parts of an extraction. */
  team: z.boolean().optional(),
  settings: runSettingsSchema,
  /** Epochs that were added to its last phase, each after so many. */
  extensions: z.array(extensionSchema).default([]),
  dataset: runDatasetSchema,
  pictures: z.array(
    z.object({
      hash: z.string(),
      file: z.string(),
      label: z.number().int().nonnegative(),
      split: z.enum(SPLITS),
    }),
  ),
})
export type Job = z.infer<typeof jobSchema>
export type JobPicture = Job['pictures'][number]

/** Supervisor → trainer. */
export const toTrainerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start'), protocol: z.literal(TRAINER_PROTOCOL), job: jobSchema }),
  /** End at the next step and keep the best so far. */
  z.object({ type: z.literal('stop') }),
  /** Write a checkpoint at the next step and end without a last word: another attempt goes on from there. */
  z.object({ type: z.literal('interrupt') }),
  /** What the supervisor knows of the other machines. */
  teamReplySchema,
])
export type ToTrainer = z.infer<typeof toTrainerSchema>

/** Trainer → supervisor. */
export const fromTrainerSchema = z.discriminatedUnion('type', [
  /** What happened, for the run's log. The last one says how the attempt ended. */
  z.object({ type: z.literal('event'), event: newRunEventSchema }),
  teamCallSchema,
])
export type FromTrainer = z.infer<typeof fromTrainerSchema>
