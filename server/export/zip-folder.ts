import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import { type StoredFile, storedZip } from '../../lib/zip/stored-zip.ts'

/** A folder as a zip, its files as they are: weights hardly get smaller. Nothing of it is held in memory. */
export async function zipFolder(folder: string): Promise<{ stream: Readable; sizeBytes: number }> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const files: StoredFile[] = []
  for (const path of paths) {
    const { size } = await stat(path)
    files.push({
      path: relative(folder, path).split(sep).join('/'),
      sizeBytes: size,
      crc32: await checksum(path),
    })
  }
  const pieces = storedZip(files)
  const sizeBytes = pieces.reduce<number>(
    (sum, piece) => sum + (typeof piece === 'number' ? files[piece]!.sizeBytes : piece.length),
    0,
  )
  return { stream: Readable.from(bytesOf(pieces, paths), { objectMode: false }), sizeBytes }
}

async function* bytesOf(pieces: ReturnType<typeof storedZip>, paths: readonly string[]) {
  for (const piece of pieces) {
    if (typeof piece === 'number') yield* createReadStream(paths[piece]!)
    else yield piece
  }
}

async function checksum(path: string): Promise<number> {
  let crc = 0
  for await (const chunk of createReadStream(path)) crc = crc32(chunk as Buffer, crc)
  return crc
}
