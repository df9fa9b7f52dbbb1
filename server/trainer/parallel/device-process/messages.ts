import { z } from 'zod'
import type { Head } from '../../../../lib/backbone/head.ts'
import { problemSummarySchema } from '../../../../lib/run/events.ts'
import type { PlannedRun } from '../../../../lib/strategy/plan-run.ts'
import { jobSchema } from '../../job.ts'

/** Raised whenever a message changes its meaning; both ends refuse another version. */
export const DEVICE_PROTOCOL = 1

const whole = z.number().int().nonnegative()

/** The outline only: the trainer planned it with the same code. */
const plannedSchema = z.custom<Pick<PlannedRun, 'phases' | 'skipped'>>(
  (value) =>
    z
      .object({ phases: z.array(z.looseObject({ name: z.string() })), skipped: z.array(z.string()) })
      .safeParse(value).success,
)
const headSchema = z.custom<Head>(
  (value) => z.looseObject({ classes: whole, features: whole }).safeParse(value).success,
)

/** What a device of a run needs to train with the others. Pictures and features are read from the data folder. */
const deviceTaskSchema = z.object({
  rank: whole,
  size: whole,
  /** Where the processes of the ring find each other. */
  ring: z.string(),
  /** What trains on the first device: all need the same arithmetic. */
  engine: z.string(),
  job: jobSchema,
  planned: plannedSchema,
  /** As the solver fitted it, where the run began with that. */
  head: headSchema.optional(),
})
export type DeviceTask = z.infer<typeof deviceTaskSchema>

/** Trainer → process of a device. */
export const toDeviceSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('open'), protocol: z.literal(DEVICE_PROTOCOL), task: deviceTaskSchema }),
  /** Every process has its seat in the ring. */
  z.object({ type: z.literal('join') }),
])
export type ToDevice = z.infer<typeof toDeviceSchema>

/** Process of a device → trainer. */
export const fromDeviceSchema = z.discriminatedUnion('type', [
  /** Ready: it has its seat, and has read the checkpoint. */
  z.object({ type: z.literal('seated') }),
  z.object({ type: z.literal('done') }),
  z.object({ type: z.literal('failed'), problem: problemSummarySchema }),
  /** Another process is gone: that one is the reason, not this. */
  z.object({ type: z.literal('left-alone') }),
])
export type FromDevice = z.infer<typeof fromDeviceSchema>
