/** Names that someone may have meant: those a few slips of the key away, the nearest first, at most three. */
export function nearest(written: string, names: readonly string[]): string[] {
  const short = lastPart(written).toLowerCase()
  return names
    .map((name) => ({ name, slips: distance(short, lastPart(name).toLowerCase()) }))
    .filter(({ slips }) => slips <= Math.ceil(short.length / 3))
    .sort((a, b) => a.slips - b.slips)
    .slice(0, 3)
    .map(({ name }) => name)
}

const lastPart = (name: string) => name.slice(name.lastIndexOf('.') + 1)

/** Levenshtein's: how many letters to put in, take out or change. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
    }
    row = next
  }
  return row[b.length]!
}
