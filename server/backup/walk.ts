import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isBackedUp } from '../../lib/backup/manifest.ts'

/** Files of a data folder that belong in its backup, as paths below it with `/` between their parts. */
export async function filesToBackUp(dataDir: string, below = ''): Promise<string[]> {
  const entries = await readdir(join(dataDir, below), { withFileTypes: true }).catch(() => [])
  const found: string[] = []
  for (const entry of entries) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (!isBackedUp(path)) continue
    if (entry.isDirectory()) found.push(...(await filesToBackUp(dataDir, path)))
    else if (entry.isFile()) found.push(path)
  }
  return found
}
