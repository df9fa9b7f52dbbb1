import { mkdir, statfs } from 'node:fs/promises'

/** What one phase may take of the disk: `WHIPPET_CACHE_GB`, else half of what is free where the cache lies. */
export async function cacheBudgetBytes(cacheDir: string): Promise<number> {
  const given = Number(process.env.WHIPPET_CACHE_GB)
  if (process.env.WHIPPET_CACHE_GB && given >= 0) return given * 1e9
  await mkdir(cacheDir, { recursive: true })
  const { bavail, bsize } = await statfs(cacheDir)
  return (bavail * bsize) / 2
}
