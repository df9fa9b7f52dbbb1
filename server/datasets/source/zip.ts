import { basename } from 'node:path'
import { TextDecoder } from 'node:util'
import yauzl, { type Entry } from 'yauzl'
import type { Skipped } from '../../../lib/dataset/report.ts'
import { Problem } from '../../../lib/problem.ts'
import type { Source, SourceFile } from './source-file.ts'

const UTF8_FLAG = 0x800
const MADE_ON_UNIX = 3
const UNIX_TYPE = 0o170000
const UNIX_LINK = 0o120000

/**
 * Every file of a zip by its central directory; nothing is unpacked, and no path of the archive is ever a path on disk.
 *
 * @throws Problem `zip/damaged` where the directory can't be read.
 */
export async function scanZip(path: string, signal?: AbortSignal): Promise<Source> {
  const files = new Map<string, SourceFile>()
  const skipped: Skipped[] = []
  try {
    // Names and sizes are checked entry by entry by us: yauzl would refuse the whole archive for one bad entry.
    const zip = await yauzl.openPromise(path, {
      decodeStrings: false,
      validateEntrySizes: false,
      lazyEntries: true,
    })
    for await (const entry of zip.eachEntry()) {
      signal?.throwIfAborted()
      const file = nameOf(entry)
      if (file.endsWith('/')) continue
      if (files.has(file)) skipped.push(replaced(file))
      const unreadable = whyUnreadable(entry)
      if (unreadable) {
        files.delete(file)
        skipped.push({ file, ...unreadable })
      } else files.set(file, placeOf(entry, path))
    }
  } catch (cause) {
    signal?.throwIfAborted()
    throw new Problem('zip/damaged', {
      says: `${basename(path)} is no zip archive, or a damaged one.`,
      advice: 'Make it again, or import the folder itself.',
      cause,
    })
  }
  return { files, skipped }
}

/** Some archivers write UTF-8 without saying so: what can be read as UTF-8 is. */
function nameOf(entry: Entry): string {
  const raw = entry.fileNameRaw
  const flags = entry.generalPurposeBitFlag | (isUtf8(raw) ? UTF8_FLAG : 0)
  return yauzl.getFileNameLowLevel(flags, raw, entry.extraFields, false)
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

function whyUnreadable(entry: Entry): Omit<Skipped, 'file'> | undefined {
  const unixMode = entry.versionMadeBy >>> 8 === MADE_ON_UNIX ? entry.externalFileAttributes >>> 16 : 0
  if ((unixMode & UNIX_TYPE) === UNIX_LINK) {
    return { code: 'zip/link', says: 'It is a link; links in archives are not followed.' }
  }
  if (entry.isEncrypted()) {
    return {
      code: 'zip/encrypted',
      says: 'It is encrypted. Unpack the archive with its password and import the folder.',
    }
  }
  if (!entry.canDecodeFileData()) {
    const says = `It is compressed by a method (${entry.compressionMethod}) that can’t be read here.`
    return { code: 'zip/unknown-compression', says }
  }
  return undefined
}

function placeOf(entry: Entry, zip: string): SourceFile {
  return {
    kind: 'zip-entry',
    zip,
    offset: entry.relativeOffsetOfLocalHeader,
    compressedSize: entry.compressedSize,
    size: entry.uncompressedSize,
    method: entry.compressionMethod === 0 ? 'stored' : 'deflated',
    crc32: entry.crc32,
  }
}

function replaced(file: string): Skipped {
  return {
    file,
    code: 'zip/replaced',
    says: 'A later entry of the archive has the same name; that one counts.',
  }
}
