import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Skipped } from '../../../lib/dataset/report.ts'
import { isSystemFile } from '../../../lib/dataset/source-path.ts'
import type { Source, SourceFile } from './source-file.ts'

type Found = {
  root: string
  files: Map<string, SourceFile>
  skipped: Skipped[]
  signal: AbortSignal | undefined
}

/** Every file of a folder, deep; links are followed, but not in circles. */
export async function scanFolder(root: string, signal?: AbortSignal): Promise<Source> {
  const found: Found = { root, files: new Map(), skipped: [], signal }
  await walk('', new Set(), found)
  return { files: found.files, skipped: found.skipped }
}

async function walk(folder: string, above: ReadonlySet<string>, found: Found): Promise<void> {
  found.signal?.throwIfAborted()
  const path = join(found.root, folder)
  const real = await realpath(path)
  if (above.has(real)) return void found.skipped.push(circle(folder))
  const entries = await readdir(path, { withFileTypes: true })
  for (const entry of entries) {
    const file = folder === '' ? entry.name : `${folder}/${entry.name}`
    const kind = entry.isSymbolicLink() ? await stat(join(found.root, file)).catch(() => undefined) : entry
    if (kind?.isFile() || isSystemFile(entry.name)) addFile(file, kind?.isDirectory() ?? false, found)
    else if (kind?.isDirectory()) await walkInto(file, new Set(above).add(real), found)
    else found.skipped.push(noFile(file))
  }
}

/** A folder of a system's own (`.git`) is one line in the report, not one for each of its files. */
function addFile(file: string, isFolder: boolean, { root, files, skipped }: Found): void {
  if (isFolder)
    skipped.push({ file: `${file}/`, code: 'ignored/system', says: 'A system folder, no pictures of yours.' })
  else files.set(file, { kind: 'file', path: join(root, file) })
}

async function walkInto(folder: string, above: ReadonlySet<string>, found: Found): Promise<void> {
  try {
    await walk(folder, above, found)
  } catch (thrown) {
    if (found.signal?.aborted) throw thrown
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    found.skipped.push({
      file: `${folder}/`,
      code: 'files/unreadable',
      says: `The folder can’t be read: ${why}`,
    })
  }
}

function circle(folder: string): Skipped {
  return {
    file: `${folder}/`,
    code: 'files/circle',
    says: 'The link leads back to a folder that it lies in.',
  }
}

function noFile(file: string): Skipped {
  return {
    file,
    code: 'files/not-a-file',
    says: 'It is neither a file nor a folder, or a link that leads nowhere.',
  }
}
