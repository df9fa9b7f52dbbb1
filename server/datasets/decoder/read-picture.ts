import sharp, { type Sharp } from 'sharp'
import { Problem } from '../../../lib/problem.ts'
import { openBmp } from './bmp.ts'
import { openHeic } from './heic.ts'
import { MOST_PIXELS, refuseTooLarge } from './megapixels.ts'
import { type PictureFormat, pictureFormat } from './picture-format.ts'

/** A decoder's warning that means lost pixels. Stray bytes between two markers don't. */
const LOST_PIXELS = /premature|huffman|invalid|corrupt(?! JPEG data: \d+ extraneous)/i
const BROKEN_OFF = /premature end of jpeg|truncat|unexpected end|end of (file|stream|source)|outside of file/i

/**
 * Reads a picture file by way of libvips: `work` gets its first frame upright, in sRGB (by its profile) and with alpha
 * flattened on white, not yet decoded.
 *
 * @throws Problem `pictures/too-large`, `pictures/damaged`, `pictures/truncated`, `pictures/not-a-picture`,
 * `pictures/unsupported`.
 */
export async function readPicture<T>(
  bytes: Uint8Array,
  work: (image: Sharp) => Promise<T>,
): Promise<{ format: PictureFormat; result: T }> {
  const format = await pictureFormat(bytes)
  const attempt = async (failOn: 'warning' | 'error') => work(normalised(await open(bytes, format, failOn)))
  try {
    return { format, result: await attempt('warning') }
  } catch (thrown) {
    if (!harmless(thrown)) throw await unreadable(bytes, thrown)
  }
  try {
    return { format, result: await attempt('error') }
  } catch (thrown) {
    throw await unreadable(bytes, thrown)
  }
}

async function open(bytes: Uint8Array, format: PictureFormat, failOn: 'warning' | 'error'): Promise<Sharp> {
  if (format === 'bmp') return openBmp(bytes)
  if (format === 'heic') return openHeic(bytes)
  return sharp(bytes, { failOn, limitInputPixels: MOST_PIXELS }).autoOrient()
}

function normalised(image: Sharp): Sharp {
  return image.flatten({ background: '#ffffff' }).toColourspace('srgb')
}

function harmless(thrown: unknown): boolean {
  const lines = thrown instanceof Error ? thrown.message.split('\n') : []
  return (
    lines.some((line) => line.startsWith('Warning treated')) && !lines.some((line) => LOST_PIXELS.test(line))
  )
}

async function unreadable(bytes: Uint8Array, thrown: unknown): Promise<Problem> {
  if (thrown instanceof Problem) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  if (message.includes('exceeds pixel limit')) {
    const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata()
    try {
      refuseTooLarge(width, height)
    } catch (tooLarge) {
      return Problem.from(tooLarge)
    }
  }
  if (BROKEN_OFF.test(message)) {
    return new Problem('pictures/truncated', {
      says: 'This picture breaks off before its end.',
      cause: thrown,
    })
  }
  return new Problem('pictures/damaged', {
    says: 'This picture is damaged and can’t be read.',
    cause: thrown,
  })
}
