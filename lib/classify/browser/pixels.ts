import type { Pixels } from '../../preprocess/preprocessing.ts'
import { Problem } from '../../problem.ts'

/** Pixels that are read back at once: phones refuse larger canvases, and memory is short there. */
const STRIP_PIXELS = 4_194_304
/** As the server's limit: decoded, larger ones would take a device's memory. */
const MOST_PIXELS = 100_000_000

/**
 * A picture file to full-size pixels, as the server decodes it: upright (EXIF), sRGB (profile applied), alpha on white.
 *
 * @throws Problem `pictures/unsupported` when this browser can't read the file, `pictures/too-large`.
 */
export async function decode(file: Blob): Promise<Pixels> {
  const bitmap = await createImageBitmap(file, {
    imageOrientation: 'from-image',
    colorSpaceConversion: 'default',
    premultiplyAlpha: 'none',
  }).catch(async (cause: unknown) => {
    throw (await isHeic(file)) ? heic(cause) : unsupported(cause)
  })
  return pixelsOf(bitmap)
}

/** A bitmap's pixels on white, at its full size; closes it. */
export function pixelsOf(bitmap: ImageBitmap): Pixels {
  const { width, height } = bitmap
  try {
    if (width * height > MOST_PIXELS) throw tooLarge(width, height)
    const rows = Math.max(1, Math.min(height, Math.floor(STRIP_PIXELS / width)))
    const context = contextOf(width, rows)
    const data = new Uint8ClampedArray(width * height * 3)
    for (let top = 0; top < height; top += rows) {
      const here = Math.min(rows, height - top)
      context.clearRect(0, 0, width, here)
      context.drawImage(bitmap, 0, -top)
      copyOnWhite(context.getImageData(0, 0, width, here).data, data, top * width * 3)
    }
    return { width, height, data }
  } finally {
    bitmap.close()
  }
}

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D

function contextOf(width: number, height: number): Context {
  const canvas =
    typeof OffscreenCanvas === 'undefined'
      ? Object.assign(document.createElement('canvas'), { width, height })
      : new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d', { colorSpace: 'srgb', willReadFrequently: true }) as Context | null
  if (!context) throw new Error('This browser gives no canvas to read pixels from.')
  context.imageSmoothingEnabled = false
  return context
}

/** Flattens as libvips does, which cuts off where a canvas would round. */
function copyOnWhite(rgba: Uint8ClampedArray, rgb: Uint8ClampedArray, start: number): void {
  for (let from = 0, to = start; from < rgba.length; from += 4, to += 3) {
    const alpha = rgba[from + 3]!
    for (let channel = 0; channel < 3; channel++) {
      const level = rgba[from + channel]!
      rgb[to + channel] = alpha === 255 ? level : Math.trunc((level * alpha + 255 * (255 - alpha)) / 255)
    }
  }
}

/** By content: an ISO media file (`ftyp`) of one of HEIF's HEVC brands. Names and types of files are often wrong. */
async function isHeic(file: Blob): Promise<boolean> {
  const head = new TextDecoder('latin1').decode(await file.slice(4, 12).arrayBuffer())
  return /^ftyp(hei[cxms]|hev[cxms]|mif1|msf1)/.test(head)
}

function heic(cause: unknown): Problem {
  return new Problem('pictures/unsupported', {
    says: 'This is a HEIC picture, which this browser can’t read.',
    advice:
      'Open the page in Safari, or save the picture as JPEG first (on an iPhone: share it as “Most compatible”).',
    cause,
  })
}

function unsupported(cause: unknown): Problem {
  return new Problem('pictures/unsupported', {
    says: 'This browser can’t read that file as a picture.',
    advice: 'Try a JPEG, PNG or WebP.',
    cause,
  })
}

function tooLarge(width: number, height: number): Problem {
  return new Problem('pictures/too-large', {
    says: `${width} × ${height} pixels are more than the ${MOST_PIXELS / 1e6} megapixels that a picture may have.`,
    advice: 'Make it smaller.',
  })
}
