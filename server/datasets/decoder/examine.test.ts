import { readFileSync } from 'node:fs'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { bmp, noise, quadrants } from '../testing/pictures.ts'
import { decodePicture } from './decode.ts'
import { examinePicture } from './examine.ts'

const large = () => noise(7, { width: 1600, height: 1200 })
const files = async () => ({
  jpeg: await large().jpeg().toBuffer(),
  'turned jpeg': await large().jpeg().withMetadata({ orientation: 6 }).toBuffer(),
  'progressive jpeg': await large().jpeg({ progressive: true }).toBuffer(),
  webp: await large().webp().toBuffer(),
  png: await large().png().toBuffer(),
  tiff: await large().tiff().toBuffer(),
  avif: await quadrants().avif({ effort: 0 }).toBuffer(),
  bmp: await bmp(quadrants()),
  heic: readFileSync(new URL('../testing/phone.heic', import.meta.url)),
})

test('the size is the one that decoding gives, and the thumbnail fits in 256 × 256 without growing', async () => {
  for (const [name, file] of Object.entries(await files())) {
    const { width, height } = await decodePicture(file)
    const examined = await examinePicture(file)
    expect(examined, name).toMatchObject({ width, height })
    const thumbnail = await sharp(examined.thumbnail).metadata()
    expect(thumbnail.format).toBe('jpeg')
    expect(Math.max(thumbnail.width, thumbnail.height), name).toBe(Math.min(256, Math.max(width, height)))
  }
})

test('what import lets in can be decoded later, wherever a picture breaks off or is damaged', async () => {
  for (const [name, file] of Object.entries(await files())) {
    for (const share of [0.3, 0.9, 0.999]) {
      const end = Math.floor(file.length * share)
      const broken = {
        [`${name} cut at ${share}`]: file.subarray(0, end),
        [`${name} zeroed at ${share}`]: zeroed(file, end),
      }
      for (const [what, bytes] of Object.entries(broken)) {
        const [imported, decoded] = [await codeOf(examinePicture(bytes)), await codeOf(decodePicture(bytes))]
        expect(imported, what).toBe(decoded)
      }
    }
  }
})

function zeroed(file: Buffer, at: number): Buffer {
  return Buffer.from(file).fill(0, at, Math.min(file.length, at + 400))
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'fine',
    (thrown) => thrown.code,
  )
}
