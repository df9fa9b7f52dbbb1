import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Trimmable } from '../../lib/space/plan-trim.ts'
import { isLeased } from '../features/cache/lease.ts'
import { SEGMENT_SUFFIX } from '../features/cache/segment.ts'

/** A segment of the feature cache. */
export type CachePart = Trimmable & { readonly folder: string }

/** What one folder of the cache holds, for people. */
export type CacheFolder = {
  readonly name: string
  /** Where the backbone was cut, and with what precision. */
  readonly about: string
  readonly parts: readonly CachePart[]
}

const keySchema = z.object({ cut: z.string(), precision: z.string(), width: z.number() })

/** What the feature cache holds, folder by folder. What vanishes meanwhile is left out. */
export async function cacheFolders(cacheDir: string): Promise<CacheFolder[]> {
  const names: string[] = await readdir(cacheDir).catch(() => [])
  const folders: CacheFolder[] = []
  for (const name of names.sort()) {
    const folder = join(cacheDir, name)
    // First the lease: one that is taken after this sees whatever is removed.
    const inUse = await isLeased(folder)
    const files: string[] = await readdir(folder).catch(() => [])
    const parts: CachePart[] = []
    for (const file of files.filter((each) => each.endsWith(SEGMENT_SUFFIX))) {
      const found = await stat(join(folder, file)).catch(() => undefined)
      if (found)
        parts.push({ id: join(name, file), folder, bytes: found.size, lastUsed: found.mtimeMs, inUse })
    }
    folders.push({ name, about: await aboutOf(folder), parts })
  }
  return folders
}

async function aboutOf(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'key.json'), 'utf8').catch(() => '')
  const key = keySchema.safeParse(parsed(text))
  return key.success ? `${key.data.cut}, ${key.data.precision}` : 'unknown'
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
