import { crc32 as reference } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromBuffer, fromRandomAccessReader, RandomAccessReader, type ZipFile } from 'yauzl'
import { crc32 } from './crc32.ts'
import { type StoredFile, storedZip } from './stored-zip.ts'

const anyPath = fc
  .array(
    fc.string({ minLength: 1, maxLength: 12 }).map((part) => `pp${part.replaceAll(/[/\\\0]/g, '_')}`),
    { minLength: 1, maxLength: 3 },
  )
  .map((parts) => parts.join('/'))
const anyFiles = fc.uniqueArray(fc.record({ path: anyPath, bytes: fc.uint8Array({ maxLength: 200 }) }), {
  selector: ({ path }) => path,
  maxLength: 12,
})

describe('a zip of stored files', () => {
  test('is read back file by file by another reader, names in UTF-8 and contents checked', async () => {
    await fc.assert(
      fc.asyncProperty(anyFiles, async (files) => {
        const pieces = storedZip(
          files.map(({ path, bytes }) => ({ path, sizeBytes: bytes.length, crc32: crc32(bytes) })),
        )
        const zip = Buffer.concat(
          pieces.map((piece) => (typeof piece === 'number' ? files[piece]!.bytes : piece)),
        )
        const read = await entriesOf(await opened(zip))
        expect(read).toEqual(
          files.map(({ path, bytes }) => ({ path, bytes: Buffer.from(bytes), crc: reference(bytes) })),
        )
      }),
      { numRuns: 50 },
    )
  })

  test('has room for more than 4 GB and more than 65,535 files', async () => {
    const files: StoredFile[] = [
      { path: 'a/large.tif', sizeBytes: 5_000_000_000, crc32: 1 },
      ...Array.from({ length: 66_000 }, (_, i) => ({ path: `b/${i}`, sizeBytes: 0, crc32: 0 })),
    ]
    const zip = await openSparse(storedZip(files), files)
    const seen: { fileName: string; uncompressedSize: number }[] = []
    await new Promise((resolve, reject) => {
      zip.on('entry', (entry) => {
        seen.push(entry)
        zip.readEntry()
      })
      zip.on('end', resolve).on('error', reject)
      zip.readEntry()
    })
    expect(seen.length).toBe(66_001)
    expect(seen[0]).toMatchObject({ fileName: 'a/large.tif', uncompressedSize: 5_000_000_000 })
    expect(seen.at(-1)!.fileName).toBe('b/65999')
  })
})

test('a checksum goes on where the one before it ended', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
      expect(crc32(b, crc32(a))).toBe(reference(Buffer.concat([a, b])))
    }),
  )
})

function opened(zip: Buffer): Promise<ZipFile> {
  return new Promise((resolve, reject) =>
    fromBuffer(
      zip,
      { lazyEntries: true, decodeStrings: true, validateEntrySizes: true, strictFileNames: true },
      (error, file) => (file ? resolve(file) : reject(error)),
    ),
  )
}

async function entriesOf(zip: ZipFile): Promise<{ path: string; bytes: Buffer; crc: number }[]> {
  const read: { path: string; bytes: Buffer; crc: number }[] = []
  await new Promise((resolve, reject) => {
    zip.on('entry', (entry) =>
      zip.openReadStream(entry, async (error, stream) => {
        if (error) return reject(error)
        const chunks: Buffer[] = []
        for await (const chunk of stream) chunks.push(chunk as Buffer)
        read.push({ path: entry.fileName, bytes: Buffer.concat(chunks), crc: entry.crc32 })
        zip.readEntry()
      }),
    )
    zip.on('end', resolve).on('error', reject)
    zip.readEntry()
  })
  return read
}

/** Reads a zip of which only the directory at its end is there. */
function openSparse(pieces: ReturnType<typeof storedZip>, files: readonly StoredFile[]): Promise<ZipFile> {
  const size = pieces.reduce<number>(
    (sum, piece) => sum + (typeof piece === 'number' ? files[piece]!.sizeBytes : piece.length),
    0,
  )
  const directory = pieces.slice(pieces.findLastIndex((piece) => typeof piece === 'number') + 1)
  const bytes = Buffer.concat(directory as Uint8Array[])
  class Sparse extends RandomAccessReader {
    override read(
      buffer: Buffer,
      offset: number,
      length: number,
      position: number,
      done: (error: null) => void,
    ) {
      const from = position - (size - bytes.length)
      bytes.copy(buffer, offset, from, from + length)
      setImmediate(done, null)
    }
  }
  return new Promise((resolve, reject) =>
    fromRandomAccessReader(new Sparse(), size, { lazyEntries: true, autoClose: false }, (error, file) =>
      file ? resolve(file) : reject(error),
    ),
  )
}
