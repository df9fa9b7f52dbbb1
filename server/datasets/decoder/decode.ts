import sharp from 'sharp'
import type { Pixels } from '../../../lib/preprocess/preprocessing.ts'
import { readPicture } from './read-picture.ts'

/** Part of the feature cache's key: the same bytes give the same pixels as long as it is the same. */
export const DECODER_VERSION = `1 sharp ${sharp.versions.sharp} vips ${sharp.versions.vips}`

/**
 * A picture file to the pixels that everything else sees: full size, upright (EXIF), sRGB (profile applied), alpha
 * flattened on white, 8 bits; of an animation the first frame. JPEG, PNG, WebP, GIF, AVIF, TIFF, BMP, HEIC.
 *
 * @throws Problem `pictures/too-large` (before decoding), `pictures/damaged`, `pictures/truncated`,
 * `pictures/not-a-picture` (by content), `pictures/unsupported`.
 */
export async function decodePicture(bytes: Uint8Array): Promise<Pixels> {
  const { result } = await readPicture(bytes, (image) =>
    image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true }),
  )
  const { width, height, channels } = result.info
  if (channels !== 3) throw new Error(`libvips gave ${channels} channels instead of 3`)
  return { width, height, data: result.data }
}
