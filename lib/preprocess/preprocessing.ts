import { z } from 'zod'

/** Decoded pixels: RGB, 8 bits, rows from the top (HWC), upright (EXIF applied), sRGB, alpha flattened on white. */
export type Pixels = {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array | Uint8ClampedArray
}

/** Per channel, in units of 0..1. */
const channels = z.tuple([z.number(), z.number(), z.number()]).readonly()

/**
 * How a picture becomes a backbone's input. Part of the feature cache's key and of every bundle.
 *
 * - `squash`: the whole picture, resized to S × S (the default).
 * - `crop`: shorter side resized to S / cropFraction, then the centre S × S (timm's evaluation transform).
 * - `pad`: longer side resized to S, the rest filled with the mean.
 */
export const preprocessingSchema = z
  .object({
    size: z.number().int().positive(),
    resize: z.enum(['squash', 'crop', 'pad']),
    cropFraction: z.number().positive(),
    interpolation: z.enum(['bicubic', 'bilinear']),
    mean: channels,
    std: channels,
  })
  .readonly()
export type Preprocessing = z.infer<typeof preprocessingSchema>
