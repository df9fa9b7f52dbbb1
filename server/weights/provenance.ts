import { z } from 'zod'

/** Stands beside every weights file: where it came from, and what its bytes must hash to. */
export const provenanceSchema = z.object({
  backbone: z.string(),
  /** sha256 of the file beside this, hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** sha256 of the file that it was made from. */
  sourceSha256: z.string().regex(/^[0-9a-f]{64}$/),
  source: z.string(),
  licence: z.string(),
})
export type Provenance = z.infer<typeof provenanceSchema>
