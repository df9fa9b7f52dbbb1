import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { planTrim } from '../../lib/space/plan-trim.ts'
import { isLeased } from '../features/cache/lease.ts'
import { SEGMENT_SUFFIX } from '../features/cache/segment.ts'
import { type CachePart, cacheFolders } from './cache-parts.ts'

export type Trimmed = { readonly segments: number; readonly bytes: number }

/** While it is being removed; one that a crash left behind is removed the next time. */
const REMOVED = '.removed'

/**
 * Removes what was used the longest ago from the feature cache until it fits into the budget. What a process uses stays:
 * a segment is set aside first, and put back where someone has opened its folder meanwhile. What is removed is computed
 * again when a run wants it.
 */
export function trimCache(cacheDir: string, budgetBytes: number): Promise<Trimmed> {
  return trim(cacheDir, () => budgetBytes)
}

/** The same, until so many bytes are free that were not. */
export function freeFromCache(cacheDir: string, wantedBytes: number): Promise<Trimmed> {
  return trim(cacheDir, (total) => Math.max(0, total - wantedBytes))
}

async function trim(cacheDir: string, budgetOf: (totalBytes: number) => number): Promise<Trimmed> {
  const folders = await cacheFolders(cacheDir)
  const parts = folders.flatMap((folder) => folder.parts)
  const budget = budgetOf(parts.reduce((sum, { bytes }) => sum + bytes, 0))
  let segments = 0
  let bytes = 0
  for (const part of planTrim(parts, budget)) {
    if (!(await remove(cacheDir, part))) continue
    segments++
    bytes += part.bytes
  }
  for (const { name } of folders) await clearAway(join(cacheDir, name))
  return { segments, bytes }
}

async function remove(cacheDir: string, { id, folder }: CachePart): Promise<boolean> {
  const file = join(cacheDir, id)
  const aside = file.slice(0, -SEGMENT_SUFFIX.length) + REMOVED
  const gone = await rename(file, aside).catch(() => 'gone')
  if (gone === 'gone') return false
  if (await isLeased(folder)) {
    await rename(aside, file)
    return false
  }
  await rm(aside, { force: true })
  return true
}

/** Folders without a segment that nobody uses. */
async function clearAway(folder: string): Promise<void> {
  const names: string[] = await readdir(folder).catch(() => [])
  for (const name of names.filter((each) => each.endsWith(REMOVED)))
    await rm(join(folder, name), { force: true })
  if (names.some((name) => name.endsWith(SEGMENT_SUFFIX)) || (await isLeased(folder))) return
  await rm(folder, { recursive: true, force: true })
}
