const FIRST_MS = 5000
const LONGEST_MS = 3_600_000
/** Some 21 hours in all. */
export const MOST_TRIES = 30

/**
 * How long to wait after so many tries that went wrong: 5 s, 10 s, 20 s … an hour, a little less by chance, so that many
 * don't come at once. Undefined: it is given up.
 *
 * @param chance from 0 to 1.
 */
export function delayAfter(tries: number, chance: number): number | undefined {
  if (tries >= MOST_TRIES) return undefined
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** (tries - 1))
  return longest * (0.75 + 0.25 * chance)
}
