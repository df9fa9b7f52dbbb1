/** NUL and halves of surrogate pairs: JavaScript's strings hold them, Postgres refuses a whole row for one. */
const UNSTORABLE = /[\0\p{Surrogate}]/gu

/** A value as JSON that Postgres takes; what it can't hold of a string becomes U+FFFD. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner) =>
    typeof inner === 'string' ? inner.replace(UNSTORABLE, '\ufffd') : inner,
  )
}

/** A value as it will be read again. */
export function storable<T>(value: T): T {
  return JSON.parse(storableJson(value))
}
