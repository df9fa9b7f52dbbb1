import { fileTypeFromBuffer } from 'file-type'
import { Problem } from '../../../lib/problem.ts'

export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'avif' | 'tiff' | 'bmp' | 'heic'

const FORMATS: Readonly<Record<string, PictureFormat>> = {
  'image/jpeg': 'jpeg',
  'image/png': 'png',
  'image/apng': 'png',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'image/avif': 'avif',
  'image/tiff': 'tiff',
  'image/bmp': 'bmp',
  'image/heic': 'heic',
  'image/heif': 'heic',
  'image/heic-sequence': 'heic',
  'image/heif-sequence': 'heic',
}

/**
 * The format of a picture file by its content; its name doesn't count.
 *
 * @throws Problem `pictures/not-a-picture`, `pictures/unsupported`.
 */
export async function pictureFormat(bytes: Uint8Array): Promise<PictureFormat> {
  const type = await fileTypeFromBuffer(bytes)
  const format = type ? FORMATS[type.mime] : brokenTiff(bytes)
  if (format === 'heic' && holdsAvif(bytes)) return 'avif'
  if (format) return format
  if (type?.mime.startsWith('image/')) {
    throw new Problem('pictures/unsupported', {
      says: `Pictures of the type ${type.mime} can't be read.`,
      advice: 'Save it as JPEG, PNG or WebP.',
    })
  }
  const what = bytes.length === 0 ? 'empty' : type ? `of the type ${type.mime}` : 'of no known picture type'
  throw new Problem('pictures/not-a-picture', { says: `This is not a picture: its content is ${what}.` })
}

/** A TIFF keeps its directory at its end: one that breaks off is known by its first bytes only. */
function brokenTiff(bytes: Uint8Array): 'tiff' | undefined {
  const start = Buffer.from(bytes.subarray(0, 4)).toString('latin1')
  return start === 'II*\0' || start === 'MM\0*' ? 'tiff' : undefined
}

/** HEIF's neutral brand says nothing about the codec: that stands among the compatible brands. */
function holdsAvif(bytes: Uint8Array): boolean {
  const end = Math.min(bytes.length, new DataView(bytes.buffer, bytes.byteOffset).getUint32(0))
  for (let at = 16; at + 4 <= end; at += 4) {
    if (Buffer.from(bytes.subarray(at, at + 4)).toString('latin1') === 'avif') return true
  }
  return false
}
