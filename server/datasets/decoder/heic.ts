import { crc32, deflateSync } from 'node:zlib'
import heicDecode from 'heic-decode'
import sharp, { type Sharp } from 'sharp'
import { refuseTooLarge } from './megapixels.ts'

/** PNG's 8-byte signature and its IHDR chunk: where a colour profile may be put in. */
const AFTER_HEADER = 8 + 25

/**
 * A phone's HEIC picture as upright pixels, by libheif; its size is checked before it is decoded.
 *
 * @throws Problem `pictures/too-large`; libheif's errors as they are.
 */
export async function openHeic(bytes: Uint8Array): Promise<Sharp> {
  const images = await heicDecode.all({ buffer: bytes })
  try {
    const first = images[0]!
    refuseTooLarge(first.width, first.height)
    const { width, height, data } = await first.decode()
    const pixels = sharp(data, { raw: { width, height, channels: 4 } })
    const profile = colourProfile(bytes)
    return profile ? await withProfile(pixels, profile) : pixels
  } finally {
    images.dispose()
  }
}

/** The ICC profile of the file's first `colr` box that has one: phones write Display P3. */
function colourProfile(bytes: Uint8Array): Uint8Array | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (const kind of ['colrprof', 'colrrICC']) {
    const at = file.indexOf(kind, 0, 'latin1')
    if (at < 4) continue
    const end = at - 4 + file.readUInt32BE(at - 4)
    if (end > at + kind.length && end <= file.length) return file.subarray(at + kind.length, end)
  }
  return undefined
}

/** sharp takes no profile for raw pixels, so they pass through an uncompressed PNG that has it. */
async function withProfile(pixels: Sharp, profile: Uint8Array): Promise<Sharp> {
  const png = await pixels.png({ compressionLevel: 0 }).toBuffer()
  const chunk = iccChunk(profile)
  return sharp(Buffer.concat([png.subarray(0, AFTER_HEADER), chunk, png.subarray(AFTER_HEADER)]))
}

function iccChunk(profile: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from('iCCPicc\0\0', 'latin1'), deflateSync(profile)])
  const chunk = Buffer.alloc(body.length + 8)
  chunk.writeUInt32BE(body.length - 4)
  body.copy(chunk, 4)
  chunk.writeUInt32BE(crc32(body), body.length + 4)
  return chunk
}
