import { z } from 'zod'
import { LOOKS } from '../../../lib/classify/look.ts'
import { preprocessingSchema } from '../../../lib/preprocess/preprocessing.ts'

/** What another machine must know to extract features for us; pictures, weights and features go through the shared store. */
export const teamTaskSchema = z.object({
  backbone: z.string(),
  /** With what this run trained in the weights. */
  run: z.string().optional(),
  weightsHash: z.string(),
  preprocessing: preprocessingSchema,
  looks: z.enum(LOOKS),
})
export type TeamTask = z.infer<typeof teamTaskSchema>

/** A part of an extraction: its number, and its pictures by their sha256. */
export const sliceSchema = z.object({ index: z.number().int().nonnegative(), pictures: z.array(z.string()) })
export type TeamSlice = z.infer<typeof sliceSchema>

/** Machines that may take parts of an extraction. */
export type Team = {
  offer(task: TeamTask, slices: readonly (readonly string[])[]): Promise<Offer>
}

/** An extraction that is done together. */
export type Offer = {
  /** The next part that nobody has taken, now ours. */
  next(): Promise<TeamSlice | undefined>
  done(index: number): Promise<void>
  /** Once all who took a part have done it, or are gone. Their parts may be free again then: see `next`. */
  settled(): Promise<void>
  close(): Promise<void>
}
