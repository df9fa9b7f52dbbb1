import { z } from 'zod'

const bytes = z.number().nonnegative()

/** Room where the data folder lies. */
export const spaceSchema = z.object({
  freeBytes: bytes,
  totalBytes: bytes,
  /** Below it no run is begun. */
  reserveBytes: bytes,
  cacheBytes: bytes,
  cacheBudgetBytes: bytes,
})
export type SpaceAnswer = z.infer<typeof spaceSchema>

/** `budgetGb`: what the feature cache may take afterwards; its own budget by default. */
export const trimWishSchema = z.object({ budgetGb: z.number().nonnegative().optional() })
export const trimmedSchema = z.object({ segments: z.number().int().nonnegative(), bytes })
