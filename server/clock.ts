/** Tells whether it is time again: once `everyMs` have passed since it last said so, or since `since`; at once without. */
export function every(everyMs: number, since = Number.NEGATIVE_INFINITY): () => boolean {
  let last = since
  return () => {
    const now = performance.now()
    if (now - last < everyMs) return false
    last = now
    return true
  }
}
