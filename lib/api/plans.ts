import { z } from 'zod'
import { plannedStartSchema, problemSummarySchema } from '../run/events.ts'
import { newRunSchema } from './runs.ts'

const whole = z.number().int().nonnegative()
const amount = z.number().nonnegative()

/** A run that might be started; what is asked of it is what {@link newRunSchema} takes. */
export const newPlanSchema = newRunSchema

/** A device by its name, and how long it would take. */
const timeSchema = z.object({ device: z.string(), seconds: amount })

const phaseSchema = z.object({
  name: z.string(),
  /** `solver`: the head alone, on cached features. */
  by: z.enum(['solver', 'epochs']),
  epochs: whole,
  learningRate: amount,
  /** Every layer group in order, the head's too. */
  groups: z.array(z.object({ name: z.string(), state: z.enum(['frozen', 'part', 'trained']) })),
  parameters: z.object({ trained: whole, all: whole }),
  /** Tensors at the cut, of one picture. */
  cut: z.array(z.object({ id: z.string(), shape: z.array(whole) })),
  prefix: z.enum(['cached', 'per epoch', 'none']),
  views: whole,
  cacheBytes: amount,
  memoryBytes: amount,
  /** Of one picture: the frozen part where its layers are known, the trained part forward, and backward. */
  flops: z.object({ frozen: amount.optional(), forward: amount, backward: amount }),
  /** None before this machine has been measured, or where the frozen part's layers are unknown. */
  times: z.array(timeSchema),
})

const patternSchema = z.object({ pattern: z.string(), weights: z.array(z.string()) })

/** What a run would do, cost and risk. Nothing is started. */
export const runPlanSchema = z.object({
  /** Where it starts from another run's model. */
  start: plannedStartSchema.optional(),
  phases: z.array(phaseSchema),
  /** What each pattern matches, in the graph's order. */
  patterns: z.object({ trainable: z.array(patternSchema), skip: z.array(patternSchema) }),
  warnings: z.array(
    z.object({ code: z.string(), says: z.string(), advice: z.string(), phase: z.string().optional() }),
  ),
  /** Why a run would be refused as it stands; there are no phases then. */
  problems: z.array(problemSummarySchema),
  /** Whether this machine is being measured: ask again once `GET /api/speed` answers, and there are times. */
  measuring: z.boolean(),
  /** What each device has. */
  memories: z.array(z.object({ device: z.string(), memoryBytes: amount })),
  /** How many devices work on it together. */
  devices: whole,
  /** All phases together, one for each device, or one for those that work together. */
  times: z.array(timeSchema),
})
export type RunPlanAnswer = z.infer<typeof runPlanSchema>
export type PlannedPhaseAnswer = z.infer<typeof phaseSchema>
