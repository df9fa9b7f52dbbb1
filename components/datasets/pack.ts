import { crc32 } from '../../lib/zip/crc32.ts'
import { storedZip } from '../../lib/zip/stored-zip.ts'
import type { DroppedFile } from './dropped-files.ts'

/** One upload: its bytes, and a key that the same files always have. */
export type Package = { readonly blob: Blob; readonly key: string }

/**
 * Files as one zip, which refers to them instead of holding them. Each is read once, for its checksum.
 *
 * @param onProgress is told how many were read.
 */
export async function pack(
  files: readonly DroppedFile[],
  onProgress: (done: number) => void,
): Promise<Package> {
  const stored = []
  let key = 0
  for (const [i, { path, file }] of files.entries()) {
    const checksum = await checksumOf(file)
    key = crc32(new TextEncoder().encode(`${path}\n${file.size}\n${checksum}\n`), key)
    stored.push({ path, sizeBytes: file.size, crc32: checksum })
    onProgress(i + 1)
  }
  const blob = new Blob(
    storedZip(stored).map((piece) => (typeof piece === 'number' ? files[piece]!.file : piece)),
  )
  return { blob, key: `files-${blob.size}-${key.toString(16)}` }
}

/** A zip that was dropped goes as it is. */
export function packedAlready(file: File): Package {
  return { blob: file, key: `zip-${file.name}-${file.size}-${file.lastModified}` }
}

async function checksumOf(file: File): Promise<number> {
  let checksum = 0
  const reader = file.stream().getReader()
  while (true) {
    const { done, value } = await reader.read()
    if (done) return checksum
    checksum = crc32(value, checksum)
  }
}
