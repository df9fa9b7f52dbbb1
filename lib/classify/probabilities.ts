/** Softmax of `logits / temperature`; summed in double precision, safe for large logits. */
export function softmax(logits: Float32Array, temperature = 1): Float32Array {
  const largest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const powers = Float64Array.from(logits, (logit) => Math.exp((logit - largest) / temperature))
  const sum = powers.reduce((a, b) => a + b, 0)
  return Float32Array.from(powers, (power) => power / sum)
}

/** The mean of distributions over the same classes. */
export function meanOf(distributions: readonly Float32Array[]): Float32Array {
  const [first] = distributions
  return (first ?? new Float32Array()).map(
    (_, i) => distributions.reduce((sum, distribution) => sum + distribution[i]!, 0) / distributions.length,
  )
}
