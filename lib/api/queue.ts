import { z } from 'zod'
import { MOVES } from '../run/queue-order.ts'

/** A run that waits for devices, in its place. */
export const waitingRunSchema = z.object({
  run: z.string(),
  priority: z.number().int(),
  /** How many it asks for. */
  devices: z.number().int(),
  /** Why its turn does not come, where that is more than waiting for it. */
  why: z.string().optional(),
})
export type WaitingRun = z.infer<typeof waitingRunSchema>

/** The queue: the first is done next. */
export const queueStateSchema = z.object({
  paused: z.object({ code: z.string(), says: z.string(), advice: z.string().optional() }).optional(),
  waiting: z.array(waitingRunSchema),
})
export type QueueState = z.infer<typeof queueStateSchema>

export const moveWishSchema = z.object({ to: z.enum(MOVES) })
export const pauseWishSchema = z.object({ reason: z.string().max(200).default('') })

/** Of a run that is queued: higher goes first, 0 by default. */
export const prioritySchema = z.number().int().min(-1000).max(1000)
