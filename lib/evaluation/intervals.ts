/** 97.5th percentile of the normal distribution: 95 % lie within, on both sides. */
const Z = 1.959963984540054

/**
 * Wilson's 95 % interval of a share, `hits` of `of`. Unlike the textbook's it never leaves 0–1 and has a width at 0 and 1.
 * Without any trial nothing is known: `[0, 1]`.
 */
export function wilson(hits: number, of: number): [low: number, high: number] {
  if (of === 0) return [0, 1]
  const share = hits / of
  const centre = share + (Z * Z) / (2 * of)
  const half = Z * Math.sqrt((share * (1 - share)) / of + (Z * Z) / (4 * of * of))
  const scale = 1 + (Z * Z) / of
  // At the ends the formula is exact; rounding is not.
  const low = hits === 0 ? 0 : (centre - half) / scale
  const high = hits === of ? 1 : (centre + half) / scale
  return [Math.max(0, low), Math.min(1, high)]
}
