import { z } from 'zod'
import { AUGMENTATION_PRESETS, type AugmentationPreset } from '../../lib/preprocess/augment/presets.ts'
import { preprocessingSchema } from '../../lib/preprocess/preprocessing.ts'
import { problemSummarySchema } from '../../lib/run/events.ts'

const presets = Object.keys(AUGMENTATION_PRESETS) as [AugmentationPreset, ...AugmentationPreset[]]

/** One view of a picture. */
export const viewWishSchema = z.object({
  hash: z.string(),
  path: z.string(),
  preprocessing: preprocessingSchema,
  /** Absent: as evaluation sees it. */
  random: z.object({ preset: z.enum(presets), seed: z.number().int(), index: z.number().int() }).optional(),
})
export type ViewWish = z.infer<typeof viewWishSchema>

/** To the viewer. */
export const toViewerSchema = z.object({ id: z.number().int(), wish: viewWishSchema })
export type ToViewer = z.infer<typeof toViewerSchema>

/** From the viewer. */
export const fromViewerSchema = z.union([
  z.object({
    id: z.number().int(),
    jpeg: z.custom<Uint8Array<ArrayBuffer>>((value) => value instanceof Uint8Array),
  }),
  z.object({ id: z.number().int(), problem: problemSummarySchema }),
])
export type FromViewer = z.infer<typeof fromViewerSchema>
