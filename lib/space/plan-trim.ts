/** A part of the cache that is removed as a whole. */
export type Trimmable = {
  readonly id: string
  readonly bytes: number
  /** Milliseconds since the epoch. */
  readonly lastUsed: number
  /** A running process reads or writes it: it stays, whatever the budget. */
  readonly inUse: boolean
}

/**
 * What to remove so that the rest fits into a budget: what was used the longest ago first, nothing that is in use, and no
 * more than has to be. What is in use may be more than the budget alone; then everything else goes.
 */
export function planTrim<Part extends Trimmable>(parts: readonly Part[], budgetBytes: number): Part[] {
  let total = parts.reduce((sum, { bytes }) => sum + bytes, 0)
  const oldestFirst = parts
    .filter(({ inUse }) => !inUse)
    .sort((a, b) => a.lastUsed - b.lastUsed || (a.id < b.id ? -1 : 1))
  const removed: Part[] = []
  for (const part of oldestFirst) {
    if (total <= budgetBytes) break
    removed.push(part)
    total -= part.bytes
  }
  return removed
}
