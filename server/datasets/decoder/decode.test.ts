import { readFileSync } from 'node:fs'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import type { Pixels } from '../../../lib/preprocess/preprocessing.ts'
import { BLUE, bmp, hugePng, LIME, noise, quadrants, RED, WHITE } from '../testing/pictures.ts'
import { decodePicture } from './decode.ts'

const phone = readFileSync(new URL('../testing/phone.heic', import.meta.url))

const FILES: Record<string, () => Promise<Buffer>> = {
  jpeg: () => quadrants().jpeg({ chromaSubsampling: '4:4:4', quality: 95 }).toBuffer(),
  png: () => quadrants().png().toBuffer(),
  webp: () => quadrants().webp({ lossless: true }).toBuffer(),
  gif: () => quadrants().gif().toBuffer(),
  avif: () => quadrants().avif({ quality: 90, chromaSubsampling: '4:4:4', effort: 0 }).toBuffer(),
  tiff: () => quadrants().tiff({ compression: 'lzw' }).toBuffer(),
  bmp: () => bmp(quadrants()),
  'bmp from the top, with a gap': () => bmp(quadrants(), { gap: 10, topDown: true }),
  'heic of a phone, turned, in Display P3': async () => phone,
  'jpeg in Display P3': () =>
    quadrants().withIccProfile('p3').jpeg({ chromaSubsampling: '4:4:4', quality: 95 }).toBuffer(),
  'png in Display P3': () => quadrants().withIccProfile('p3').png().toBuffer(),
  '16-bit png with alpha': () => quadrants().ensureAlpha(1).toColourspace('rgb16').png().toBuffer(),
}

for (const [name, file] of Object.entries(FILES)) {
  test(`${name}: upright, in sRGB, three channels of 8 bits`, async () => {
    expect(cornersOf(await decodePicture(await file()), 10)).toEqual([RED, LIME, BLUE, WHITE])
  })
}

test('every EXIF orientation comes out upright', async () => {
  const upright = await quadrants().png().toBuffer()
  for (let orientation = 1; orientation <= 8; orientation++) {
    const stored = await lying(upright, orientation)
    const pixels = await decodePicture(stored)
    expect([pixels.width, pixels.height], `orientation ${orientation}`).toEqual([64, 48])
    expect(cornersOf(pixels, 12), `orientation ${orientation}`).toEqual([RED, LIME, BLUE, WHITE])
  }
})

test('alpha is flattened on white, in 8 and in 16 bits, in colour and in grey', async () => {
  const half = {
    create: { width: 4, height: 4, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0.5 } },
  } as const
  for (const space of ['srgb', 'rgb16', 'b-w', 'grey16']) {
    const { data } = await decodePicture(await sharp(half).toColourspace(space).png().toBuffer())
    expect(data).toHaveLength(48)
    for (const level of data) expect(Math.abs(level - 127), space).toBeLessThanOrEqual(1)
  }
})

test('of an animation the first frame', async () => {
  const pixels = Buffer.concat([new Uint8Array(300).fill(200), new Uint8Array(300).fill(20)])
  const frames = () => sharp(pixels, { raw: { width: 10, height: 20, channels: 3, pageHeight: 10 } })
  for (const file of [await frames().gif().toBuffer(), await frames().webp({ lossless: true }).toBuffer()]) {
    expect((await sharp(file).metadata()).pages).toBe(2)
    expect(await decodePicture(file)).toEqual({ width: 10, height: 10, data: Buffer.alloc(300, 200) })
  }
})

test('CMYK and grey JPEGs come out as RGB', async () => {
  const cmyk = await quadrants().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer()
  expect((await sharp(cmyk).metadata()).space).toBe('cmyk')
  const [red, , , white] = cornersOf(await decodePicture(cmyk), 10)
  expect(white).toEqual(WHITE)
  expect(red![0]).toBeGreaterThan(red![1]! + 100)
  const grey = await decodePicture(await quadrants().greyscale().jpeg().toBuffer())
  expect(grey.data).toHaveLength(64 * 48 * 3)
})

test('the same file gives the same pixels, whatever the number of threads', async () => {
  const file = await noise(1, { width: 400, height: 300 }).jpeg().toBuffer()
  const threads = sharp.concurrency()
  const one = await decodePicture(file)
  sharp.concurrency(threads === 1 ? 2 : 1)
  const other = await decodePicture(file)
  sharp.concurrency(threads)
  expect(other).toEqual(one)
})

test('a header of 40,000 × 40,000 pixels is refused before anything is decoded', async () => {
  const bitmap = Buffer.alloc(100)
  bitmap.write('BM')
  bitmap.writeUInt32LE(40, 14)
  bitmap.writeInt32LE(40_000, 18)
  bitmap.writeInt32LE(40_000, 22)
  for (const file of [hugePng(), bitmap]) {
    await expect(decodePicture(file)).rejects.toMatchObject({
      code: 'pictures/too-large',
      says: expect.stringContaining('40000 × 40000'),
    })
  }
})

test('a picture that breaks off is refused, in every format', async () => {
  for (const [name, make] of Object.entries(FILES)) {
    const file = await make()
    const code = await codeOf(file.subarray(0, Math.floor(file.length * 0.6)))
    expect(code, name).toMatch(/^pictures\/(truncated|damaged)$/)
  }
  const jpeg = await FILES.jpeg!()
  expect(await codeOf(jpeg.subarray(0, jpeg.length * 0.6))).toBe('pictures/truncated')
})

test('a damaged picture is refused; stray bytes that cost no pixel are not', async () => {
  const jpeg = await noise(3).jpeg().toBuffer()
  const zeros = Buffer.from(jpeg).fill(0, jpeg.length / 2, jpeg.length - 40)
  expect(await codeOf(zeros)).toBe('pictures/damaged')
  const png = await noise(3).png().toBuffer()
  png[png.length / 2]! ^= 255
  expect(await codeOf(png)).toBe('pictures/damaged')
  const stray = Buffer.concat([
    jpeg.subarray(0, -2),
    Buffer.from([1, 2, 3]),
    jpeg.subarray(-2),
    Buffer.from('after'),
  ])
  expect(await decodePicture(stray)).toEqual(await decodePicture(jpeg))
})

test('what is no picture is told by its content, not by its name', async () => {
  expect(await codeOf(Buffer.from('just some text, named cat.jpg'))).toBe('pictures/not-a-picture')
  expect(await codeOf(Buffer.alloc(0))).toBe('pictures/not-a-picture')
  expect(await codeOf(Buffer.from('%PDF-1.7\n'))).toBe('pictures/not-a-picture')
  const jpegXl = Buffer.from('0000000c4a584c200d0a870a', 'hex')
  expect(await codeOf(jpegXl)).toBe('pictures/unsupported')
})

async function codeOf(file: Uint8Array): Promise<string> {
  const problem = await decodePicture(file).then(
    () => ({ code: 'decoded' }),
    (thrown) => thrown,
  )
  return problem.code
}

/** The colours of the quadrants' middles, each moved to the pure colour that is at most `tolerance` levels away. */
function cornersOf({ width, data }: Pixels, tolerance: number): number[][] {
  return [
    [16, 12],
    [48, 12],
    [16, 36],
    [48, 36],
  ].map(([x, y]) => {
    const at = (y! * width + x!) * 3
    return [...data.subarray(at, at + 3)].map((level) => {
      const pure = level < 128 ? 0 : 255
      return Math.abs(level - pure) <= tolerance ? pure : level
    })
  })
}

/** Stored so that a viewer that honours `orientation` sees `upright`. */
async function lying(upright: Buffer, orientation: number): Promise<Buffer> {
  // The inverse of each orientation: 6 and 8 swap, the others are their own.
  const inverse = orientation === 6 ? 8 : orientation === 8 ? 6 : orientation
  const turned = await sharp(upright).withMetadata({ orientation: inverse }).png().toBuffer()
  const pixels = await sharp(turned).autoOrient().png().toBuffer()
  return sharp(pixels)
    .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    .withMetadata({ orientation })
    .toBuffer()
}
