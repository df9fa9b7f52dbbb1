import { z } from 'zod'

/** A link to one run, as the run's page lists it; the token itself is shown once, when it is made. */
export const shareSchema = z.object({
  id: z.string(),
  run: z.string(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().optional(),
})
export type Share = z.infer<typeof shareSchema>

export const newShareSchema = z.object({
  /** Without it the link holds until it is revoked. */
  expiresInHours: z
    .number()
    .positive()
    .max(24 * 365)
    .optional(),
})

/** `path` is `/s/<token>`, at least 128 random bits; only its hash is stored. */
export const createdShareSchema = shareSchema.extend({ path: z.string() })
export type CreatedShare = z.infer<typeof createdShareSchema>
