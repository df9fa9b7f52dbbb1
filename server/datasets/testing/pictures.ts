import sharp, { type Sharp } from 'sharp'

export const RED = [255, 0, 0]
export const LIME = [0, 255, 0]
export const BLUE = [0, 0, 255]
export const WHITE = [255, 255, 255]

/** 64 × 48, upright: red and lime above, blue and white below. */
export function quadrants(): Sharp {
  const colours = [RED, LIME, BLUE, WHITE]
  const pixels = Uint8Array.from({ length: 64 * 48 * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % 64, Math.floor(i / 3 / 64)]
    return colours[(y < 24 ? 0 : 2) + (x < 32 ? 0 : 1)]![i % 3]!
  })
  return sharp(pixels, { raw: { width: 64, height: 48, channels: 3 } })
}

/** A different picture for every number: noise of a colour of its own. */
export function noise(n: number, { width = 48, height = 36 } = {}): Sharp {
  const pixels = Uint8Array.from(
    { length: width * height * 3 },
    (_, i) => (i * 31 + n * 17 + ((i * (n + 1)) % 97)) & 255,
  )
  return sharp(pixels, { raw: { width, height, channels: 3 } })
}

/** A PNG of nothing but a header that promises 40,000 × 40,000 pixels. */
export function hugePng(): Buffer {
  return Buffer.from(
    '89504e470d0a1a0a0000000d4948445200009c4000009c400802000000f2f35d9a0000000049444154',
    'hex',
  )
}

/** A 24-bit bitmap, with `gap` unused bytes between header and pixels, rows from the bottom as usual. */
export async function bmp(picture: Sharp, { gap = 0, topDown = false } = {}): Promise<Buffer> {
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true })
  const stride = Math.ceil((info.width * 3) / 4) * 4
  const file = Buffer.alloc(54 + gap + stride * info.height)
  file.write('BM')
  file.writeUInt32LE(file.length, 2)
  file.writeUInt32LE(54 + gap, 10)
  file.writeUInt32LE(40, 14)
  file.writeInt32LE(info.width, 18)
  file.writeInt32LE(topDown ? -info.height : info.height, 22)
  file.writeUInt16LE(1, 26)
  file.writeUInt16LE(24, 28)
  for (let y = 0; y < info.height; y++) {
    const row = 54 + gap + stride * (topDown ? y : info.height - 1 - y)
    for (let i = 0; i < info.width * 3; i++) {
      file[row + i - (i % 3) + 2 - (i % 3)] = data[y * info.width * 3 + i]!
    }
  }
  return file
}
