import { randomInt } from 'node:crypto'

/** Crockford's base 32: no i, l, o or u, so that nothing is mistaken when it is read out. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const EPOCH_MS = Date.UTC(2026, 0, 1)
const TIME_CHARACTERS = 8
const RANDOM = 32 * 32

/**
 * Ids for people: ten characters, ordered by time (until 2060). From one generator they always grow; two processes that
 * make one in the same millisecond agree once in 1,024 times, so whoever stores them tries again then.
 */
export function shortIds(now: () => number = Date.now): () => string {
  let last = 0
  return () => {
    last = Math.max(now() - EPOCH_MS, last + 1)
    return base32(last, TIME_CHARACTERS) + base32(randomInt(RANDOM), 2)
  }
}

function base32(value: number, characters: number): string {
  let text = ''
  for (let rest = value; text.length < characters; rest = Math.floor(rest / 32))
    text = ALPHABET[rest % 32] + text
  return text
}
