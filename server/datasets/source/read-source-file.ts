import { type FileHandle, open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { crc32, inflateRaw } from 'node:zlib'
import { Problem } from '../../../lib/problem.ts'
import type { SourceFile } from './source-file.ts'

const LOCAL_HEADER = 30
const LOCAL_HEADER_SIGNATURE = 0x04034b50
/** No picture within the limit of pixels needs more, and several files are in memory at once. */
const LARGEST_BYTES = 512 * 1024 * 1024

const inflate = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(inflateRaw)

export type SourceReader = {
  /** @throws Problem `files/unreadable`, `files/too-large`, `zip/damaged-entry`. */
  read(file: SourceFile): Promise<Uint8Array>
}

/** Reads files of a source, one whole file at a time; archives stay open in between. */
export function sourceReader(): SourceReader {
  const archives = new Map<string, Promise<FileHandle>>()
  const archive = (path: string) => {
    const handle = archives.get(path) ?? open(path)
    archives.set(path, handle)
    return handle
  }
  return {
    async read(file) {
      try {
        return file.kind === 'file'
          ? await readWhole(file.path)
          : await readEntry(await archive(file.zip), file)
      } catch (thrown) {
        if (thrown instanceof Problem) throw thrown
        const why = thrown instanceof Error ? thrown.message : String(thrown)
        throw new Problem('files/unreadable', { says: `It can’t be read: ${why}`, cause: thrown })
      }
    },
  }
}

async function readWhole(path: string): Promise<Uint8Array> {
  const file = await open(path)
  try {
    refuseTooLarge((await file.stat()).size)
    return await file.readFile()
  } finally {
    await file.close()
  }
}

type ZipEntry = Extract<SourceFile, { kind: 'zip-entry' }>

async function readEntry(archive: FileHandle, entry: ZipEntry): Promise<Uint8Array> {
  refuseTooLarge(Math.max(entry.size, entry.compressedSize))
  const header = await readExactly(archive, entry.offset, LOCAL_HEADER)
  if (header.readUInt32LE(0) !== LOCAL_HEADER_SIGNATURE) throw damaged('its header is missing')
  const start = entry.offset + LOCAL_HEADER + header.readUInt16LE(26) + header.readUInt16LE(28)
  const stored = await readExactly(archive, start, entry.compressedSize)
  const bytes = entry.method === 'stored' ? stored : await unpack(stored, entry.size)
  if (bytes.length !== entry.size) throw damaged(`it has ${bytes.length} bytes instead of ${entry.size}`)
  if (crc32(bytes) !== entry.crc32) throw damaged('its checksum is wrong')
  return bytes
}

async function readExactly(archive: FileHandle, position: number, length: number): Promise<Buffer> {
  const { size } = await archive.stat()
  // Checked before anything is set aside for it: a broken directory promises any length.
  if (position + length > size) throw damaged('it lies beyond the end of the archive')
  const buffer = Buffer.allocUnsafe(length)
  let read = 0
  while (read < length) {
    const { bytesRead } = await archive.read(buffer, read, length - read, position + read)
    if (bytesRead === 0) throw damaged('it breaks off')
    read += bytesRead
  }
  return buffer
}

async function unpack(stored: Uint8Array, size: number): Promise<Uint8Array> {
  try {
    // One byte more than promised is enough to see that the promise was wrong.
    return await inflate(stored, { maxOutputLength: size + 1 })
  } catch (cause) {
    throw damaged('it can’t be unpacked', cause)
  }
}

function refuseTooLarge(size: number): void {
  if (size <= LARGEST_BYTES) return
  const most = LARGEST_BYTES / 1024 / 1024
  throw new Problem('files/too-large', { says: `The file has more than ${most} MB.` })
}

function damaged(how: string, cause?: unknown): Problem {
  return new Problem('zip/damaged-entry', { says: `It is damaged in the archive: ${how}.`, cause })
}
