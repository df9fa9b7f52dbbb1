import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem } from '../../../lib/problem.ts'
import { encodeRow, rowBytes } from './row.ts'

export const SEGMENT_SUFFIX = '.features'
const MAGIC = Buffer.from('whippet features')
const HEADER_BYTES = MAGIC.length + 8
const VERSION = 1
const CHUNK_BYTES = 4 << 20

/** Appends rows to a segment of its own. */
export type SegmentWriter = {
  /** @throws Problem `features/disk-full` when the row can't be written whole; the rows before it stay. */
  append(hash: string, features: Float32Array): void
  close(): void
}

/** A segment has one writer, so that no two processes ever write to one file; its name is made up. */
export function createSegment(folder: string, width: number): SegmentWriter {
  const file = join(
    folder,
    `${Date.now().toString(36)}-${process.pid}-${randomBytes(4).toString('hex')}${SEGMENT_SUFFIX}`,
  )
  const fd = openSync(file, 'wx')
  writeWhole(fd, header(width), 0, file)
  const row = Buffer.alloc(rowBytes(width))
  let end = HEADER_BYTES
  return {
    append(hash, features) {
      encodeRow(row, hash, features)
      writeWhole(fd, row, end, file)
      end += row.length
    },
    close() {
      fsyncSync(fd)
      closeSync(fd)
    },
  }
}

/** Rows of a segment, as they lie in the file; the buffer is reused from one visit to the next. */
export type RowVisit = (row: Buffer, index: number) => void

/**
 * Visits the complete rows from `first` on (up to `count` of them), reading at most 4 MB at a time.
 *
 * @returns the index after the last complete row; 0 for a file that is no segment of this width.
 */
export async function readRows(
  file: string,
  width: number,
  visit: RowVisit,
  first = 0,
  count = Number.POSITIVE_INFINITY,
): Promise<number> {
  const handle = await open(file, 'r')
  try {
    if (!(await hasHeader(handle, width))) return 0
    const bytes = rowBytes(width)
    const { size } = await handle.stat()
    const end = Math.min(first + count, Math.floor((size - HEADER_BYTES) / bytes))
    const perChunk = Math.max(1, Math.floor(CHUNK_BYTES / bytes))
    const chunk = Buffer.allocUnsafe(Math.min(perChunk, Math.max(0, end - first)) * bytes)
    for (let row = first; row < end; row += perChunk) {
      const rows = Math.min(perChunk, end - row)
      const { bytesRead } = await handle.read(chunk, 0, rows * bytes, HEADER_BYTES + row * bytes)
      for (let i = 0; i < Math.floor(bytesRead / bytes); i++)
        visit(chunk.subarray(i * bytes, (i + 1) * bytes), row + i)
    }
    return Math.max(first, end)
  } finally {
    await handle.close()
  }
}

function header(width: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES)
  MAGIC.copy(bytes)
  bytes.writeUInt32LE(VERSION, MAGIC.length)
  bytes.writeUInt32LE(width, MAGIC.length + 4)
  return bytes
}

async function hasHeader(handle: FileHandle, width: number): Promise<boolean> {
  const got = Buffer.alloc(HEADER_BYTES)
  const { bytesRead } = await handle.read(got, 0, HEADER_BYTES, 0)
  return bytesRead === HEADER_BYTES && got.equals(header(width))
}

/** At its place rather than at the end: after a short write the next row starts where it should. */
function writeWhole(fd: number, bytes: Buffer, position: number, file: string): void {
  let written = 0
  try {
    written = writeSync(fd, bytes, 0, bytes.length, position)
  } catch (cause) {
    throw unwritable(file, cause)
  }
  if (written !== bytes.length) throw unwritable(file)
}

function unwritable(file: string, cause?: unknown): Problem {
  return new Problem('features/disk-full', {
    says: `The feature cache can't write to ${file}${cause instanceof Error ? `: ${cause.message}` : ': the disk is full'}.`,
    advice: 'Make room on the disk and start the run again: it goes on where it was.',
    cause,
  })
}
