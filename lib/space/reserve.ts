const GB = 1e9

/** The embedded database wants 32 MB to write its log; what runs is interrupted at half of the reserve. */
const LEAST_RESERVE_BYTES = 128 << 20
const DEFAULT_RESERVE_BYTES = 2 * GB
const DEFAULT_RESERVE_SHARE = 0.02

/**
 * What must stay free on the data folder's disk before a run is begun: what was asked for (gigabytes), else 2 GB or 2 %
 * of the disk, whichever is less.
 */
export function reserveBytes(totalBytes: number, askedGb?: string): number {
  const asked = gigabytes(askedGb)
  if (asked !== undefined) return asked
  return Math.max(LEAST_RESERVE_BYTES, Math.min(DEFAULT_RESERVE_BYTES, totalBytes * DEFAULT_RESERVE_SHARE))
}

/** What the feature cache may take in all: what was asked for (gigabytes), else half of what it has and what is free. */
export function cacheBudget(
  { freeBytes, cacheBytes }: { freeBytes: number; cacheBytes: number },
  askedGb?: string,
): number {
  return gigabytes(askedGb) ?? (freeBytes + cacheBytes) / 2
}

/** Room beyond the reserve before what was short counts as roomy again, so that nothing flickers at the edge. */
const RELIEF = 1.1

/** Whether space is short, after it was (`before`) or was not: short below the reserve, roomy again a tenth above it. */
export function isShort(before: boolean, freeBytes: number, reserve: number): boolean {
  return freeBytes < (before ? reserve * RELIEF : reserve)
}

/** Below this even what runs is interrupted: it would fail in the middle of a write soon. */
export function isCritical(freeBytes: number, reserve: number): boolean {
  return freeBytes < reserve / 2
}

/** A number of gigabytes as someone set it; undefined where it is none. */
function gigabytes(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === '') return undefined
  const value = Number(text)
  return Number.isFinite(value) && value >= 0 ? value * GB : undefined
}
