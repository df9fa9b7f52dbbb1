import { createHash, randomBytes } from 'node:crypto'

/** 192 bits: nobody guesses one, and a person can still copy it. */
const BYTES = 24

/** Letters, digits, `-` and `_`. */
export function newToken(): string {
  return randomBytes(BYTES).toString('base64url')
}

/** What is stored of a token. It has enough random bits for one plain hash. */
export function hashOfToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** What a token of ours looks like; anything else needs no look into the database. */
export function looksLikeToken(text: string): boolean {
  return /^[\w-]{20,64}$/.test(text)
}
