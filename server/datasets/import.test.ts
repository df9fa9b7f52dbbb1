import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { importReportSchema } from '../../lib/dataset/report.ts'
import { type Blobs, openBlobs } from '../blobs/blobs.ts'
import { type ImportProgress, importPictures } from './import.ts'
import { hugePng, noise, quadrants } from './testing/pictures.ts'
import { writeZip } from './testing/zips.ts'

let folder: string
let source: string
let blobs: Blobs
let good: Buffer[]
beforeAll(async () => {
  good = await Promise.all(Array.from({ length: 12 }, (_, n) => noise(n).jpeg().toBuffer()))
})
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'whippet-import-'))
  source = join(folder, 'source')
  mkdirSync(source)
  blobs = await openBlobs(join(folder, 'data'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function write(files: Record<string, Buffer | string>): void {
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(source, name)), { recursive: true })
    writeFileSync(join(source, name), bytes)
  }
}
const fourGood = () => ({
  'cat/1.jpg': good[0]!,
  'cat/2.jpg': good[1]!,
  'dog/1.jpg': good[2]!,
  'dog/2.jpg': good[3]!,
})
const codesOf = (report: { skipped: { file: string; code: string }[] }) =>
  Object.fromEntries(report.skipped.map(({ file, code }) => [file, code]))

test('a folder of class folders: pictures and thumbnails are among the blobs, every figure is right', async () => {
  const wide = await quadrants().resize(800, 600).jpeg().withMetadata({ orientation: 6 }).toBuffer()
  write({
    ...fourGood(),
    'cat/wide.jpg': wide,
    'cat/alpha.png': await sharp(good[4]!).ensureAlpha(0.5).png().toBuffer(),
  })
  const progress: ImportProgress[] = []
  const { classes, pictures, split, report } = await importPictures({
    source,
    blobs,
    onProgress: (p) => progress.push(p),
  })
  expect(classes).toEqual(['cat', 'dog'])
  expect(split).toMatchObject({ from: 'random', seed: 0 })
  expect(report).toEqual({ files: 6, imported: 6, skipped: [], warnings: [] })
  const picture = pictures.find(({ file }) => file === 'cat/wide.jpg')!
  expect(picture).toMatchObject({ label: 0, format: 'jpeg', width: 600, height: 800, sizeBytes: wide.length })
  for (const { hash } of pictures) expect(await blobs.has(hash)).toBe(true)
  expect(readFileSync(blobs.picturePath(picture.hash))).toEqual(wide)
  const thumbnail = await sharp(blobs.thumbnailPath(picture.hash)).metadata()
  expect(thumbnail).toMatchObject({ format: 'jpeg', width: 192, height: 256, hasAlpha: false })
  expect(progress[0]).toMatchObject({ done: 0, total: 6 })
  expect(progress.at(-1)).toMatchObject({ done: 6, total: 6, etaSeconds: 0 })
})

test('a zip and the folder it was made from come to the same', async () => {
  const files = {
    ...fourGood(),
    'cat/notes.txt': Buffer.from('notes'),
    'собака/1.jpg': good[5]!,
    '犬/1.jpg': good[6]!,
  }
  write(files)
  const fromFolder = await importPictures({ source, blobs })
  for (const compress of [true, false]) {
    const zip = join(folder, `${compress}.zip`)
    await writeZip(zip, files, { compress })
    expect(await importPictures({ source: zip, blobs })).toEqual(fromFolder)
  }
  expect(fromFolder.classes).toEqual(['cat', 'dog', 'собака', '犬'])
})

test('every way in which a file can be no picture gets its own line, and the others come in', async () => {
  const jpeg = good[5]!
  const huge = hugePng()
  write({
    ...fourGood(),
    'cat/corrupted.jpg': Buffer.from(jpeg).fill(0, jpeg.length >> 1, jpeg.length - 20),
    'cat/truncated.jpg': jpeg.subarray(0, jpeg.length >> 1),
    'cat/text.jpg': 'This is no picture.',
    'cat/empty.jpg': '',
    'cat/huge.png': huge,
    'cat/clip.mp4': Buffer.from('0000001c6674797069736f6d0000020069736f6d69736f326d703431', 'hex'),
    '__MACOSX/cat/._1.jpg': 'x',
    'cat/.DS_Store': 'x',
    'README.md': 'read me',
  })
  const { report, pictures } = await importPictures({ source, blobs })
  expect(pictures).toHaveLength(4)
  expect(codesOf(report)).toEqual({
    'cat/corrupted.jpg': 'pictures/damaged',
    'cat/truncated.jpg': 'pictures/truncated',
    'cat/text.jpg': 'pictures/not-a-picture',
    'cat/empty.jpg': 'pictures/not-a-picture',
    'cat/huge.png': 'pictures/too-large',
    'cat/clip.mp4': 'pictures/not-a-picture',
    '__MACOSX/': 'ignored/system',
    'cat/.DS_Store': 'ignored/system',
    'README.md': 'layout/no-class',
  })
  expect(report.imported + report.skipped.length).toBe(report.files)
  expect(importReportSchema.parse(report)).toEqual(report)
})

test('of many damaged pictures that come together none gets in', async () => {
  const broken = await Promise.all(
    Array.from({ length: 80 }, async (_, n) => {
      const jpeg = await noise(n).jpeg().toBuffer()
      return [`cat/broken-${n}.jpg`, jpeg.fill(0, jpeg.length >> 1, jpeg.length - 20)] as const
    }),
  )
  write({ ...fourGood(), ...Object.fromEntries(broken) })
  const { report, pictures } = await importPictures({ source, blobs })
  expect(pictures.map(({ file }) => file)).toEqual(Object.keys(fourGood()))
  expect(new Set(Object.values(codesOf(report)))).toEqual(new Set(['pictures/damaged']))
})

test('animated GIFs, CMYK JPEGs and 16-bit PNGs with alpha come in whatever their names', async () => {
  const frames = sharp(Buffer.alloc(600, 90), { raw: { width: 10, height: 20, channels: 3, pageHeight: 10 } })
  write({
    'cat/animated.jpg': await frames.gif().toBuffer(),
    'cat/cmyk.jpg': await quadrants().toColourspace('cmyk').jpeg().toBuffer(),
    'dog/deep': await quadrants().ensureAlpha(0.5).toColourspace('rgb16').png().toBuffer(),
    'dog/phone.heic': readFileSync(new URL('./testing/phone.heic', import.meta.url)),
  })
  const { pictures, report } = await importPictures({ source, blobs })
  expect(report.skipped).toEqual([])
  expect(pictures.map(({ file, format, width }) => `${file} ${format} ${width}`)).toEqual([
    'cat/animated.jpg gif 10',
    'cat/cmyk.jpg jpeg 64',
    'dog/deep png 64',
    'dog/phone.heic heic 64',
  ])
})

test('class names that differ only in case stay two classes, in a zip wherever it is read', async () => {
  const zip = join(folder, 'case.zip')
  await writeZip(zip, {
    'Cat/1.jpg': good[0]!,
    'Cat/2.jpg': good[1]!,
    'cat/1.jpg': good[2]!,
    'cat/2.jpg': good[3]!,
  })
  const { classes, pictures, report } = await importPictures({ source: zip, blobs })
  expect(classes).toEqual(['Cat', 'cat'])
  expect(new Set(pictures.map(({ hash }) => hash)).size).toBe(4)
  expect(report.warnings).toMatchObject([{ code: 'classes/differ-in-case' }])
})

test('the same content in two classes is left out of both; a class with one picture is trained on', async () => {
  write({ ...fourGood(), 'dog/same.jpg': good[0]!, 'bird/1.jpg': good[7]! })
  const { pictures, report } = await importPictures({ source, blobs })
  expect(codesOf(report)).toEqual({
    'cat/1.jpg': 'pictures/two-classes',
    'dog/same.jpg': 'pictures/two-classes',
  })
  expect(pictures.find(({ file }) => file === 'bird/1.jpg')!.split).toBe('train')
  expect(report.warnings.find(({ code }) => code === 'classes/one-picture')!.files).toContain('bird/1.jpg')
})

test('no picture, one class, no source, shares out of order: each is refused by name', async () => {
  await expect(importPictures({ source, blobs })).rejects.toMatchObject({ code: 'import/no-pictures' })
  write({ 'cat/1.jpg': good[0]!, 'cat/2.jpg': good[1]! })
  await expect(importPictures({ source, blobs })).rejects.toMatchObject({
    code: 'import/one-class',
    says: expect.stringContaining('"cat"'),
  })
  const nowhere = join(folder, 'nowhere')
  await expect(importPictures({ source: nowhere, blobs })).rejects.toMatchObject({ code: 'import/not-found' })
  write(fourGood())
  const none = { train: 0, validation: 0.5, test: 0.5 }
  for (const split of [{ shares: none }, { validationShare: 1 }]) {
    await expect(importPictures({ source, blobs, split })).rejects.toMatchObject({
      code: 'import/bad-shares',
    })
  }
})

test('links are followed, but not in circles', async () => {
  write({ ...fourGood(), '../elsewhere/1.jpg': good[6]! })
  symlinkSync(join(folder, 'elsewhere'), join(source, 'linked'))
  symlinkSync(source, join(source, 'cat', 'loop'))
  symlinkSync(join(folder, 'nowhere'), join(source, 'cat', 'broken.jpg'))
  const { classes, report } = await importPictures({ source, blobs })
  expect(classes).toEqual(['cat', 'dog', 'linked'])
  expect(codesOf(report)).toEqual({ 'cat/loop/': 'files/circle', 'cat/broken.jpg': 'files/not-a-file' })
})

test('importing the same again writes nothing twice and gives the same', async () => {
  write(fourGood())
  const first = await importPictures({ source, blobs })
  const listed = readdirSync(blobs.dataDir, { recursive: true }).sort()
  expect(await importPictures({ source, blobs })).toEqual(first)
  expect(readdirSync(blobs.dataDir, { recursive: true }).sort()).toEqual(listed)
})
