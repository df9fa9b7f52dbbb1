import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeZip } from '../../server/datasets/testing/zips.ts'

/** A zip of a folder's files, by their paths in it. */
export async function zipFolder(folder: string, zip: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files: Record<string, Buffer> = {}
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    files[path.slice(folder.length + 1)] = await readFile(path)
  }
  await writeZip(zip, files)
  return zip
}
