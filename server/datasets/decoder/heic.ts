import { crc32, deflateSync } from 'node:zlib'
import libheif, { type Channel, type Handle } from 'libheif-js/wasm-bundle.js'
import sharp, { type Sharp } from 'sharp'
import { refuseTooLarge } from './megapixels.ts'

/** PNG's 8-byte signature and its IHDR chunk: where a colour profile may be put in. */
const AFTER_HEADER = 8 + 25

/**
 * A phone's HEIC picture as upright pixels, by libheif; its size is checked before it is decoded. Called as it is: the
 * usual wrappers take the first picture where the file names its main one, and print errors on standard output.
 *
 * @throws Problem `pictures/too-large`; an Error with libheif's message.
 */
export async function openHeic(bytes: Uint8Array): Promise<Sharp> {
  await libheif.ready
  const context = libheif.heif_context_alloc()
  try {
    const read = libheif.heif_context_read_from_memory(context, bytes)
    if (read.code !== libheif.heif_error_code.heif_error_Ok) throw new Error(read.message)
    const handle = libheif.heif_js_context_get_primary_image_handle(context)
    if (handle.code !== undefined) throw new Error(handle.message)
    try {
      refuseTooLarge(
        libheif.heif_image_handle_get_width(handle),
        libheif.heif_image_handle_get_height(handle),
      )
      const { width, height, data } = await decode(handle)
      const pixels = sharp(data, { raw: { width, height, channels: 4 } })
      const profile = colourProfile(bytes)
      return profile ? await withProfile(pixels, profile) : pixels
    } finally {
      libheif.heif_image_handle_release(handle)
    }
  } finally {
    libheif.heif_context_free(context)
  }
}

async function decode(handle: Handle): Promise<{ width: number; height: number; data: Uint8Array }> {
  const decoded = await libheif.heif_js_decode_image2(
    handle,
    libheif.heif_colorspace.heif_colorspace_RGB,
    libheif.heif_chroma.heif_chroma_interleaved_RGBA,
  )
  if (decoded.code !== undefined) throw new Error(decoded.message)
  try {
    const [rgba] = decoded.channels as [Channel]
    return { width: rgba.width, height: rgba.height, data: withoutStride(rgba) }
  } finally {
    libheif.heif_image_release(decoded.image)
  }
}

/** A copy, rows one after the other: libheif pads them, and its memory is freed. */
function withoutStride({ width, height, stride, data }: Channel): Uint8Array {
  const rows = new Uint8Array(width * height * 4)
  for (let y = 0; y < height; y++) rows.set(data.subarray(y * stride, y * stride + width * 4), y * width * 4)
  return rows
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
