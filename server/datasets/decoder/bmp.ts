import { decode } from 'bmp-ts'
import sharp, { type Sharp } from 'sharp'
import { Problem } from '../../../lib/problem.ts'
import { refuseTooLarge } from './megapixels.ts'

const FILE_HEADER = 14
const INFO_HEADER = 40
const BIT_FIELDS = 3
const ALPHA_BIT_FIELDS = 6

/**
 * An uncompressed Windows bitmap as pixels; libvips has no reader for it.
 *
 * @throws Problem `pictures/unsupported` for run-length encoding and the OS/2 header, `pictures/too-large`,
 * `pictures/truncated`.
 */
export function openBmp(bytes: Uint8Array): Sharp {
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < FILE_HEADER + INFO_HEADER) throw truncated()
  const compression = header.getUint32(30, true)
  const uncompressed = [0, BIT_FIELDS, ALPHA_BIT_FIELDS].includes(compression)
  if (header.getUint32(14, true) < INFO_HEADER || !uncompressed) {
    throw new Problem('pictures/unsupported', {
      says: 'This bitmap is compressed or of an old kind that can’t be read.',
      advice: 'Save it as PNG.',
    })
  }
  const width = header.getUint32(18, true)
  const height = Math.abs(header.getInt32(22, true))
  refuseTooLarge(width, height)
  const bits = header.getUint16(28, true)
  const stride = Math.ceil((width * bits) / 32) * 4
  if (bytes.length < header.getUint32(10, true) + stride * height) throw truncated()
  const { data } = decode(pixelsAfterPalette(bytes, header), {})
  return sharp(toRgba(data, bits === 32 && alphaMask(header) !== 0), { raw: { width, height, channels: 4 } })
}

/** bmp-ts reads the pixels right after the palette; the file may have a gap there, and its header says where it ends. */
function pixelsAfterPalette(bytes: Uint8Array, header: DataView): Buffer {
  const infoSize = header.getUint32(14, true)
  const bits = header.getUint16(28, true)
  const colours = header.getUint32(46, true) || (bits <= 8 ? 2 ** bits : 0)
  const masks =
    infoSize > INFO_HEADER ? 0 : { [BIT_FIELDS]: 12, [ALPHA_BIT_FIELDS]: 16 }[header.getUint32(30, true)]
  const end = FILE_HEADER + infoSize + (masks ?? 0) + 4 * colours
  return Buffer.concat([bytes.subarray(0, end), bytes.subarray(header.getUint32(10, true))])
}

/** Zero where the header is too short to have one. */
function alphaMask(header: DataView): number {
  const has = header.getUint32(14, true) >= 56 || header.getUint32(30, true) === ALPHA_BIT_FIELDS
  return has && header.byteLength >= 70 ? header.getUint32(66, true) : 0
}

/** From bmp-ts's order, alpha first and red last. Alpha that is zero everywhere means that there is none. */
function toRgba(data: Uint8Array, hasAlpha: boolean): Uint8Array {
  const rgba = new Uint8Array(data.length)
  let anyAlpha = false
  for (let i = 0; i < data.length; i += 4) {
    rgba[i] = data[i + 3]!
    rgba[i + 1] = data[i + 2]!
    rgba[i + 2] = data[i + 1]!
    rgba[i + 3] = hasAlpha ? data[i]! : 255
    anyAlpha ||= rgba[i + 3] !== 0
  }
  if (!anyAlpha) for (let i = 3; i < rgba.length; i += 4) rgba[i] = 255
  return rgba
}

function truncated(): Problem {
  return new Problem('pictures/truncated', { says: 'This picture breaks off before its end.' })
}
