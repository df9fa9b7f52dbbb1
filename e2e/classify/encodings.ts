import sharp, { type OverlayOptions, type Sharp } from 'sharp'

/** An encoded picture, as somebody would drop it. */
export type TestPicture = { readonly name: string; readonly mimeType: string; readonly bytes: Buffer }

/** The end of the name, the type, and how it is encoded. */
export type Way = readonly [suffix: string, mimeType: string, encode: (picture: Sharp) => Sharp]

/** How a picture may reach us: in other formats, with a profile, turned by its EXIF data, with alpha, large, grey. */
export const WAYS: readonly Way[] = [
  ['profile.jpg', 'image/jpeg', (picture) => picture.withIccProfile('p3').jpeg({ quality: 92 })],
  ['profile.png', 'image/png', (picture) => picture.withIccProfile('p3').png()],
  ['turned-6.jpg', 'image/jpeg', (picture) => picture.rotate(270).withMetadata({ orientation: 6 }).jpeg()],
  ['turned-3.jpg', 'image/jpeg', (picture) => picture.rotate(180).withMetadata({ orientation: 3 }).jpeg()],
  ['mirrored-2.jpg', 'image/jpeg', (picture) => picture.flop().withMetadata({ orientation: 2 }).jpeg()],
  ['alpha.png', 'image/png', (picture) => picture.composite([cutOut(240)]).png()],
  ['alpha.webp', 'image/webp', (picture) => picture.composite([cutOut(200)]).webp({ lossless: true })],
  ['lossy.webp', 'image/webp', (picture) => picture.webp({ quality: 80 })],
  ['large.jpg', 'image/jpeg', (picture) => picture.resize({ width: 4032 }).jpeg({ quality: 85 })],
  ['progressive.jpg', 'image/jpeg', (picture) => picture.jpeg({ progressive: true, quality: 70 })],
]

/** A picture, encoded again in one of the ways. */
export async function encodedIn(
  [suffix, mimeType, encode]: Way,
  name: string,
  bytes: Buffer,
): Promise<TestPicture> {
  return { name: `${name}-${suffix}`, mimeType, bytes: await encode(sharp(bytes)).toBuffer() }
}

/** An ellipse with a soft edge: of the 320 pixels of a photo's shorter side a cut-out keeps what lies within it. */
function cutOut(radius: number): OverlayOptions {
  const fade = '<stop offset=".8"/><stop offset="1" stop-opacity="0"/>'
  const mask = `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="320"><radialGradient id="g">${fade}</radialGradient><circle cx="160" cy="160" r="${radius}" fill="url(#g)"/></svg>`
  return { input: Buffer.from(mask), blend: 'dest-in' }
}
