/** Orders text by code point, the same everywhere. (`<` goes by UTF-16 unit, which puts emoji before some of what they follow.) */
export function byCodePoint(a: string, b: string): number {
  const end = Math.min(a.length, b.length)
  for (let i = 0; i < end; i++) {
    const difference = rank(a.charCodeAt(i)) - rank(b.charCodeAt(i))
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** Halves of pairs stand for code points beyond 16 bits: they come after everything else. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}
