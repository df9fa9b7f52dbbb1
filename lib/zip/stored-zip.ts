/** A file that goes into a zip. */
export type StoredFile = {
  /** `/` between the parts. */
  readonly path: string
  readonly sizeBytes: number
  readonly crc32: number
}

/** A piece of the zip: bytes, or the file with that index as it is. */
export type ZipPiece = Uint8Array<ArrayBuffer> | number

/** 1 January 1980: the same files make the same zip, so that an upload of it goes on where it stopped. */
const DATE = 0x21
/** Names are UTF-8. */
const FLAGS = 0x0800
const MAX_32 = 0xffffffff
const MAX_16 = 0xffff
/** Version that reads zip64. */
const VERSION = 45

/**
 * The pieces of a zip that stores files uncompressed, in their order: pictures are compressed already, and a browser can
 * upload it without holding it in memory. Zip64 throughout where a file, the offset or the count needs it (APPNOTE 4.3.9).
 */
export function storedZip(files: readonly StoredFile[]): ZipPiece[] {
  const pieces: ZipPiece[] = []
  const central: Uint8Array<ArrayBuffer>[] = []
  let offset = 0
  for (const [i, file] of files.entries()) {
    const name = new TextEncoder().encode(file.path)
    const header = localHeader(file, name)
    pieces.push(header, i)
    central.push(centralHeader(file, name, offset))
    offset += header.length + file.sizeBytes
  }
  const size = central.reduce((sum, header) => sum + header.length, 0)
  return [...pieces, ...central, ...endRecords(files.length, size, offset)]
}

function localHeader({ sizeBytes, crc32 }: StoredFile, name: Uint8Array): Uint8Array<ArrayBuffer> {
  const large = sizeBytes >= MAX_32
  const extra = large ? zip64Extra(sizeBytes, sizeBytes) : new Uint8Array()
  const size = large ? MAX_32 : sizeBytes
  return joined(
    fields(
      [4, 0x04034b50],
      [2, VERSION],
      [2, FLAGS],
      [2, 0],
      [2, 0],
      [2, DATE],
      [4, crc32],
      [4, size],
      [4, size],
      [2, name.length],
      [2, extra.length],
    ),
    name,
    extra,
  )
}

function centralHeader(
  { sizeBytes, crc32 }: StoredFile,
  name: Uint8Array,
  offset: number,
): Uint8Array<ArrayBuffer> {
  const large = sizeBytes >= MAX_32 || offset >= MAX_32
  const extra = large ? zip64Extra(sizeBytes, sizeBytes, offset) : new Uint8Array()
  const size = large ? MAX_32 : sizeBytes
  return joined(
    fields(
      [4, 0x02014b50],
      [2, VERSION],
      [2, VERSION],
      [2, FLAGS],
      [2, 0],
      [2, 0],
      [2, DATE],
      [4, crc32],
      [4, size],
      [4, size],
      [2, name.length],
      [2, extra.length],
      [2, 0],
      [2, 0],
      [2, 0],
      [4, 0],
      [4, large ? MAX_32 : offset],
    ),
    name,
    extra,
  )
}

function endRecords(count: number, size: number, offset: number): Uint8Array<ArrayBuffer>[] {
  const large = count >= MAX_16 || size >= MAX_32 || offset >= MAX_32
  const end = fields(
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, large ? MAX_16 : count],
    [2, large ? MAX_16 : count],
    [4, large ? MAX_32 : size],
    [4, large ? MAX_32 : offset],
    [2, 0],
  )
  if (!large) return [end]
  const end64 = fields(
    [4, 0x06064b50],
    [8, 44],
    [2, VERSION],
    [2, VERSION],
    [4, 0],
    [4, 0],
    [8, count],
    [8, count],
    [8, size],
    [8, offset],
  )
  const locator = fields([4, 0x07064b50], [4, 0], [8, offset + size], [4, 1])
  return [end64, locator, end]
}

function zip64Extra(...values: number[]): Uint8Array<ArrayBuffer> {
  return fields([2, 1], [2, 8 * values.length], ...values.map((value) => [8, value] as const))
}

/** Little-endian fields, each its width in bytes and its value. */
function fields(...all: (readonly [width: 2 | 4 | 8, value: number])[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(all.reduce((sum, [width]) => sum + width, 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const [width, value] of all) {
    if (width === 2) view.setUint16(at, value, true)
    else if (width === 4) view.setUint32(at, value, true)
    else view.setBigUint64(at, BigInt(value), true)
    at += width
  }
  return bytes
}

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
