import { z } from 'zod'

/** What one engine is worth on this machine. */
export const engineSchema = z.object({
  id: z.string(),
  selfTest: z.enum(['passed', 'failed', 'absent']),
  usedFor: z.string(),
  version: z.string().optional(),
  /** Its GPU is one in software: it passes, and nothing is done with it. */
  software: z.boolean().optional(),
  /** Why it did not pass, or is not there. */
  why: z.string().optional(),
  /** What to do about that. */
  advice: z.string().optional(),
  /** Images/s as measured on this machine, with this version. */
  measured: z
    .object({
      forward: z.number().optional(),
      training: z.number().optional(),
      at: z.string(),
    })
    .optional(),
})
export type Engine = z.infer<typeof engineSchema>
