import type { Pixels } from '../../preprocess/preprocessing.ts'
import { Problem } from '../../problem.ts'

/** Phones refuse larger canvases; what has more pixels is scaled down first. */
const MOST_PIXELS = 16_777_216

/**
 * A picture file to pixels, as the server decodes it: upright (EXIF), sRGB (profile applied), alpha on white.
 *
 * @returns the pixels, and the canvas that shows them.
 * @throws Problem `pictures/unsupported` when this browser can't read the file.
 */
export async function decode(file: Blob): Promise<{ pixels: Pixels; canvas: HTMLCanvasElement }> {
  const bitmap = await createImageBitmap(file, {
    imageOrientation: 'from-image',
    colorSpaceConversion: 'default',
  }).catch((cause: unknown) => {
    throw new Problem('pictures/unsupported', {
      says: 'This browser can’t read that file as a picture.',
      advice: 'Try a JPEG, PNG or WebP.',
      cause,
    })
  })
  const scale = Math.min(1, Math.sqrt(MOST_PIXELS / (bitmap.width * bitmap.height)))
  const canvas = document.createElement('canvas')
  canvas.width = Math.floor(bitmap.width * scale)
  canvas.height = Math.floor(bitmap.height * scale)
  const context = canvas.getContext('2d', { colorSpace: 'srgb', willReadFrequently: true })!
  context.fillStyle = '#fff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  bitmap.close()
  const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height)
  return { pixels: { width, height, data: withoutAlpha(data) }, canvas }
}

function withoutAlpha(rgba: Uint8ClampedArray): Uint8ClampedArray {
  const rgb = new Uint8ClampedArray((rgba.length / 4) * 3)
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    rgb[to++] = rgba[from]!
    rgb[to++] = rgba[from + 1]!
    rgb[to++] = rgba[from + 2]!
  }
  return rgb
}
