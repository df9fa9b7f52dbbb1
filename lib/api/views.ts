import { z } from 'zod'
import { AUGMENTATION_PRESETS, type AugmentationPreset } from '../preprocess/augment/presets.ts'

const presets = Object.keys(AUGMENTATION_PRESETS) as [AugmentationPreset, ...AugmentationPreset[]]

/** Which view of a picture. */
export const viewQuerySchema = z.object({
  backbone: z.string().min(1),
  /** Absent: no augmentation. */
  preset: z.enum(presets).optional(),
  /** 0: as evaluation sees it; from 1: the run's cached views. */
  view: z.coerce.number().int().min(0).max(64).default(0),
  seed: z.coerce.number().int().nonnegative().default(0),
  resize: z.enum(['squash', 'crop', 'pad']).optional(),
})
