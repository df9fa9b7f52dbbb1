import { existsSync } from 'node:fs'
import { join } from 'node:path'
import sharp, { type OverlayOptions, type Sharp } from 'sharp'
import { readSourceFile, sourceFiles } from './source.ts'

/** An encoded picture, as somebody would drop it. */
export type TestPicture = { readonly name: string; readonly mimeType: string; readonly bytes: Buffer }

const SHARED = process.env.WHIPPET_SHARED ?? '../shared'
const PHOTOS = join(SHARED, 'datasets', 'ten-breeds-photos.zip')
const CROPS = join(SHARED, 'datasets', 'stanford-dogs-part.zip')

/** Why there are no photos of dogs here; undefined where there are. */
export const NO_PHOTOS = [PHOTOS, CROPS].every((path) => existsSync(path))
  ? undefined
  : `${PHOTOS} and ${CROPS} are not there: name their folder's parent with WHIPPET_SHARED.`

/** How a photo may reach us: as it is, in other formats, with a profile, turned by its EXIF data, with alpha, large, grey. */
const WAYS: readonly [string, string, (photo: Sharp) => Sharp][] = [
  ['profile.jpg', 'image/jpeg', (photo) => photo.withIccProfile('p3').jpeg({ quality: 92 })],
  ['profile.png', 'image/png', (photo) => photo.withIccProfile('p3').png()],
  ['turned-6.jpg', 'image/jpeg', (photo) => photo.rotate(270).withMetadata({ orientation: 6 }).jpeg()],
  ['turned-3.jpg', 'image/jpeg', (photo) => photo.rotate(180).withMetadata({ orientation: 3 }).jpeg()],
  ['mirrored-2.jpg', 'image/jpeg', (photo) => photo.flop().withMetadata({ orientation: 2 }).jpeg()],
  ['alpha.png', 'image/png', (photo) => photo.composite([cutOut(240)]).png()],
  ['alpha.webp', 'image/webp', (photo) => photo.composite([cutOut(200)]).webp({ lossless: true })],
  ['lossy.webp', 'image/webp', (photo) => photo.webp({ quality: 80 })],
  ['large.jpg', 'image/jpeg', (photo) => photo.resize({ width: 4032 }).jpeg({ quality: 85 })],
  ['progressive.jpg', 'image/jpeg', (photo) => photo.jpeg({ progressive: true, quality: 70 })],
]

/** An ellipse with a soft edge: of the 320 pixels of a photo's shorter side a cut-out keeps what lies within it. */
function cutOut(radius: number): OverlayOptions {
  const fade = '<stop offset=".8"/><stop offset="1" stop-opacity="0"/>'
  const mask = `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="320"><radialGradient id="g">${fade}</radialGradient><circle cx="160" cy="160" r="${radius}" fill="url(#g)"/></svg>`
  return { input: Buffer.from(mask), blend: 'dest-in' }
}

/** 20 photos that no dog model here was trained on: ten as they are, ten in other ways. The same ones every time. */
export async function dogPhotos(): Promise<TestPicture[]> {
  const trained = new Set([...(await sourceFiles(CROPS)).keys()].map(fileName))
  const photos = await sourceFiles(PHOTOS)
  const heldOut = [...photos.keys()].filter((path) => !trained.has(fileName(path))).toSorted()
  const chosen = Array.from({ length: 20 }, (_, i) => heldOut[Math.floor(((i + 0.5) * heldOut.length) / 20)]!)
  return Promise.all(
    chosen.map(async (path, i) => {
      const bytes = await readSourceFile(photos.get(path)!)
      const way = WAYS[i >> 1]
      if (i % 2 === 0 || !way) return { name: fileName(path), mimeType: 'image/jpeg', bytes }
      const [suffix, mimeType, encode] = way
      const photo = sharp(bytes)
      return { name: `${fileName(path)}-${suffix}`, mimeType, bytes: await encode(photo).toBuffer() }
    }),
  )
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
