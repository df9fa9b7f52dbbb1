import { z } from 'zod'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** Stands beside every weights file: where it came from, and what its bytes must hash to. */
export const provenanceSchema = z.object({
  backbone: z.string(),
  /** sha256 of the file beside this, hex. */
  sha256,
  /** sha256 of the file that it was made from. */
  sourceSha256: sha256,
  source: z.string(),
  licence: z.string(),
  /** Of a download: whose file it was, and at which commit. Another download must bring the same bytes. */
  download: z.object({ home: z.string(), revision: z.string().optional() }).optional(),
})
export type Provenance = z.infer<typeof provenanceSchema>
