import { z } from 'zod'

/** What the checking process says of one engine: one JSON line. */
export const checkedSchema = z.object({
  status: z.enum(['passed', 'failed', 'absent']),
  version: z.string().optional(),
  software: z.boolean().optional(),
  why: z.string().optional(),
  /** Images/s, where it was to be measured. */
  forward: z.number().optional(),
  training: z.number().optional(),
})
export type Checked = z.infer<typeof checkedSchema>
