import { cacheBudget } from '../../lib/space/reserve.ts'
import { featureCacheFolder } from '../trainer/split-features.ts'
import { type Disk, diskOf } from './disk.ts'
import { folderBytes } from './folder-bytes.ts'

export type Space = Disk & { readonly cacheBytes: number; readonly cacheBudgetBytes: number }

/** Room where a data folder lies, in bytes. `WHIPPET_CACHE_BUDGET_GB` sets the cache's budget. */
export async function spaceOf(dataDir: string): Promise<Space> {
  const [disk, cacheBytes] = await Promise.all([diskOf(dataDir), folderBytes(featureCacheFolder(dataDir))])
  const budget = cacheBudget({ ...disk, cacheBytes }, process.env.WHIPPET_CACHE_BUDGET_GB)
  return { ...disk, cacheBytes, cacheBudgetBytes: budget }
}
