import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBlobs } from '../../blobs/blobs.ts'
import { importPictures } from '../import.ts'
import { noise } from '../testing/pictures.ts'
import { patchDirectory, renameInZip, writeZip } from '../testing/zips.ts'
import { sourceReader } from './read-source-file.ts'
import { scanZip } from './zip.ts'

let folder: string
let zip: string
let good: Record<string, Buffer>
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'whippet-zip-'))
  zip = join(folder, 'pictures.zip')
  const pictures = await Promise.all([1, 2, 3, 4, 5].map((n) => noise(n).jpeg().toBuffer()))
  const [a, b, c, d, e] = pictures as [Buffer, Buffer, Buffer, Buffer, Buffer]
  good = { 'cat/1.jpg': a, 'cat/2.jpg': b, 'dog/1.jpg': c, 'dog/2.jpg': d, 'dog/special.jpg': e }
})
afterEach(() => rmSync(folder, { recursive: true }))

const imported = async () => importPictures({ source: zip, blobs: await openBlobs(join(folder, 'data')) })
async function lineOf(file: string): Promise<string | undefined> {
  const { report, pictures } = await imported()
  expect(pictures).toHaveLength(4)
  expect(report.imported + report.skipped.length).toBe(report.files)
  return report.skipped.find((line) => line.file === file)?.code
}

test('paths that lead out of the archive, and absolute ones, are refused one by one; nothing is written there', async () => {
  for (const path of [
    '../../evil.jpg',
    '/tmp/ab/evil.jpg',
    'C:/temp/evil.jpg',
    '..\\..\\evil.jpg',
    'dog/../../e.jpg',
  ]) {
    const placeholder = `dog/${'x'.repeat(path.length - 8)}.jpg`
    const { 'dog/special.jpg': evil, ...others } = good
    await writeZip(zip, { ...others, [placeholder]: evil! })
    await renameInZip(zip, placeholder, path)
    expect(await lineOf(path.replaceAll('\\', '/'))).toBe('zip/unsafe-path')
  }
  expect(readdirSync(folder).sort()).toEqual(['data', 'pictures.zip'])
  expect(existsSync(join(folder, '..', 'evil.jpg'))).toBe(false)
})

test('an empty zip and a zip with one class are refused', async () => {
  await writeZip(zip, {})
  await expect(imported()).rejects.toMatchObject({ code: 'import/no-pictures' })
  await writeZip(zip, { 'cat/1.jpg': good['cat/1.jpg']!, 'cat/2.jpg': good['cat/2.jpg']! })
  await expect(imported()).rejects.toMatchObject({ code: 'import/one-class' })
})

test('a file that is no zip, or lost its end, is refused as damaged', async () => {
  writeFileSync(zip, 'no zip at all')
  await expect(imported()).rejects.toMatchObject({
    code: 'zip/damaged',
    says: expect.stringContaining('pictures.zip'),
  })
  writeFileSync(zip, '')
  await expect(imported()).rejects.toMatchObject({ code: 'zip/damaged' })
  await writeZip(zip, good)
  writeFileSync(zip, readFileSync(zip).subarray(0, -200))
  await expect(imported()).rejects.toMatchObject({ code: 'zip/damaged' })
})

test('an entry that is damaged, encrypted, a link or packed by an unknown method is a line in the report', async () => {
  const special = (name: string) => name === 'dog/special.jpg'
  const harm: Record<string, (record: Buffer) => void> = {
    'zip/encrypted': (record) => record.writeUInt16LE(record.readUInt16LE(8) | 1, 8),
    'zip/unknown-compression': (record) => record.writeUInt16LE(12, 10),
    'zip/link': (record) => record.writeUInt32LE(0o120777 * 0x10000, 38),
    'zip/damaged-entry': (record) => record.writeUInt32LE(12345, 16),
  }
  for (const [code, patch] of Object.entries(harm)) {
    await writeZip(zip, good)
    await patchDirectory(zip, special, patch)
    expect(await lineOf('dog/special.jpg')).toBe(code)
  }
})

test('an entry that unpacks to more than it promises, or lies beyond the end, costs no memory', async () => {
  const bomb = Buffer.alloc(20_000_000)
  const lies: ((record: Buffer) => void)[] = [
    (record) => record.writeUInt32LE(1000, 24),
    (record) => record.writeUInt32LE(0xfffffff0, 42),
    (record) => record.writeUInt32LE(400_000_000, 20),
  ]
  for (const lie of lies) {
    await writeZip(zip, { ...good, 'dog/special.jpg': bomb })
    await patchDirectory(zip, (name) => name === 'dog/special.jpg', lie)
    const { files } = await scanZip(zip)
    await expect(sourceReader().read(files.get('dog/special.jpg')!)).rejects.toMatchObject({
      code: 'zip/damaged-entry',
    })
  }
})

test('of two entries with one name the later counts, and both are accounted for', async () => {
  await writeZip(zip, { ...good, 'dog/9.jpg': good['dog/special.jpg']! })
  await renameInZip(zip, 'dog/9.jpg', 'dog/2.jpg')
  const { report, pictures } = await imported()
  expect(pictures.map(({ file }) => file)).not.toContain('dog/special.jpg')
  expect(report.skipped.map(({ file, code }) => `${file} ${code}`)).toEqual([
    'dog/2.jpg zip/replaced',
    'dog/special.jpg pictures/duplicate',
  ])
  expect(report.files).toBe(6)
})

test('names in UTF-8 are read as such even where the archive doesn’t say so', async () => {
  const { 'dog/special.jpg': picture, ...others } = good
  await writeZip(zip, { ...others, 'собака/1.jpg': picture! })
  await patchDirectory(
    zip,
    (name) => name.startsWith('соб'),
    (record) => record.writeUInt16LE(0, 8),
  )
  expect((await imported()).classes).toEqual(['cat', 'dog', 'собака'])
})
