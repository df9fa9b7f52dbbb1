import { stat } from 'node:fs/promises'
import { Problem } from '../../../lib/problem.ts'
import { scanFolder } from './folder.ts'
import type { Source } from './source-file.ts'
import { scanZip } from './zip.ts'

/**
 * Lists what is in a folder or a zip, without reading any file's content.
 *
 * @throws Problem `import/not-found`, `zip/damaged`.
 */
export async function scanSource(path: string, signal?: AbortSignal): Promise<Source> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new Problem('import/not-found', { says: `There is no folder or zip at ${path}.`, cause })
  })
  return found.isDirectory() ? scanFolder(path, signal) : scanZip(path, signal)
}
