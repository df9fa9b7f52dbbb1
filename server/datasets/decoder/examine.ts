import type { Sharp } from 'sharp'
import type { PictureFormat } from './picture-format.ts'
import { readPicture } from './read-picture.ts'

/** Longer side of a thumbnail. */
const THUMBNAIL = 256

export type Examined = { format: PictureFormat; width: number; height: number; thumbnail: Uint8Array }

/**
 * Decodes a picture once, from its first byte to its last, which proves it whole and makes its thumbnail. Large JPEG and
 * WebP pictures are made smaller while they are decoded, so that this takes little memory.
 *
 * @returns the size upright and in full; the thumbnail as JPEG.
 * @throws Problem like `decodePicture`.
 */
export async function examinePicture(bytes: Uint8Array): Promise<Examined> {
  const { format, result } = await readPicture(bytes, async (image: Sharp) => {
    const { autoOrient } = await image.metadata()
    const thumbnail = await image
      .resize(THUMBNAIL, THUMBNAIL, { fit: 'inside', withoutEnlargement: true })
      .jpeg({ quality: 80, optimizeCoding: false })
      .toBuffer()
    return { width: autoOrient.width, height: autoOrient.height, thumbnail }
  })
  return { format, ...result }
}
