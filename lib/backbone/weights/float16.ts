/** IEEE 754 half precision, which typed arrays of Node 22 don't have yet. */

const word = new Uint32Array(1)
const number = new Float32Array(word.buffer)

/** Rounds to the nearest half, ties to even; what is too large becomes infinity. */
export function float32ToFloat16(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, (value) => {
    number[0] = value
    const bits = word[0]!
    const sign = (bits >>> 16) & 0x8000
    const exponent = (bits >>> 23) & 0xff
    const mantissa = bits & 0x7fffff
    if (exponent === 0xff) return sign | 0x7c00 | (mantissa ? 0x200 : 0)
    const half = exponent - 127 + 15
    if (half >= 31) return sign | 0x7c00
    if (half > 0) return sign | roundShift((half << 23) | mantissa, 13)
    // Subnormal: the implicit one joins the mantissa and all of it moves right.
    return half < -10 ? sign : sign | roundShift(mantissa | 0x800000, 14 - half)
  })
}

export function float16ToFloat32(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, (half) => {
    const sign = half & 0x8000 ? -1 : 1
    const exponent = (half >>> 10) & 0x1f
    const fraction = half & 0x3ff
    if (exponent === 31) return fraction ? Number.NaN : sign * Infinity
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
  })
}

/** bfloat16 is float32 without its last 16 bits. */
export function bfloat16ToFloat32(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer)
}

function roundShift(bits: number, by: number): number {
  const down = bits >>> by
  const rest = bits & ((1 << by) - 1)
  const tie = 1 << (by - 1)
  return down + (rest > tie || (rest === tie && down & 1) ? 1 : 0)
}
