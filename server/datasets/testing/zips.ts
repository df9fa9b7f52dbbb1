import { createWriteStream } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'

/** Writes a zip of these files. */
export async function writeZip(
  path: string,
  files: Readonly<Record<string, Buffer>>,
  { compress = true, mode }: { compress?: boolean; mode?: number } = {},
): Promise<void> {
  const zip = new ZipFile()
  for (const [name, bytes] of Object.entries(files))
    zip.addBuffer(bytes, name, { compress, ...(mode ? { mode } : {}) })
  zip.end()
  await pipeline(zip.outputStream, createWriteStream(path))
}

/** Replaces a name everywhere in a zip by one of the same length: no zip library writes the names that attackers do. */
export async function renameInZip(path: string, from: string, to: string): Promise<void> {
  if (Buffer.byteLength(from) !== Buffer.byteLength(to)) throw new Error('names of one length only')
  const bytes = await readFile(path)
  for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) bytes.write(to, at)
  await writeFile(path, bytes)
}

/** Changes the central directory's record of each entry whose name `matches`. */
export async function patchDirectory(
  path: string,
  matches: (name: string) => boolean,
  patch: (record: Buffer) => void,
): Promise<void> {
  const bytes = await readFile(path)
  const signature = Buffer.from('PK\x01\x02', 'latin1')
  for (let at = bytes.indexOf(signature); at >= 0; at = bytes.indexOf(signature, at + 4)) {
    const record = bytes.subarray(at)
    const name = record.subarray(46, 46 + record.readUInt16LE(28)).toString()
    if (matches(name)) patch(record)
  }
  await writeFile(path, bytes)
}
