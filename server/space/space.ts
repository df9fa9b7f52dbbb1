import { statfs } from 'node:fs/promises'
import { cacheBudget, reserveBytes } from '../../lib/space/reserve.ts'
import { featureCacheFolder } from '../trainer/split-features.ts'
import { folderBytes } from './folder-bytes.ts'

/** Room where a data folder lies, in bytes. */
export type Disk = { readonly freeBytes: number; readonly totalBytes: number; readonly reserveBytes: number }

export type Space = Disk & { readonly cacheBytes: number; readonly cacheBudgetBytes: number }

/** `WHIPPET_RESERVE_GB` sets the reserve. */
export async function diskOf(dataDir: string): Promise<Disk> {
  const { bavail, blocks, bsize } = await statfs(dataDir)
  const totalBytes = blocks * bsize
  return {
    freeBytes: bavail * bsize,
    totalBytes,
    reserveBytes: reserveBytes(totalBytes, process.env.WHIPPET_RESERVE_GB),
  }
}

/** `WHIPPET_CACHE_BUDGET_GB` sets the cache's budget. */
export async function spaceOf(dataDir: string): Promise<Space> {
  const [disk, cacheBytes] = await Promise.all([diskOf(dataDir), folderBytes(featureCacheFolder(dataDir))])
  const budget = cacheBudget({ ...disk, cacheBytes }, process.env.WHIPPET_CACHE_BUDGET_GB)
  return { ...disk, cacheBytes, cacheBudgetBytes: budget }
}
