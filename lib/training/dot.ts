/** Inner product, in four sums so that one addition need not wait for the one before. */
export function dot(a: Float64Array, b: Float64Array): number {
  let [s, t, u, v] = [0, 0, 0, 0]
  let i = 0
  for (; i + 3 < a.length; i += 4) {
    s += a[i]! * b[i]!
    t += a[i + 1]! * b[i + 1]!
    u += a[i + 2]! * b[i + 2]!
    v += a[i + 3]! * b[i + 3]!
  }
  for (; i < a.length; i++) s += a[i]! * b[i]!
  return s + t + (u + v)
}

/** `a += factor · b`, over the first `length` entries. */
export function addScaled(a: Float64Array, b: Float64Array, factor: number, length = a.length): void {
  for (let i = 0; i < length; i++) a[i]! += factor * b[i]!
}
