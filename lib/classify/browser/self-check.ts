/** Largest difference of a logit, relative to the largest one. Half-precision GPUs stay well below; wrong ones don't. */
const TOLERANCE = 0.05

/** A made-up picture as a backbone's input, `[S, S, 3]`: smooth waves over the whole range, the same everywhere. */
export function checkInput(size: number): Float32Array {
  const input = new Float32Array(size * size * 3)
  for (let i = 0; i < input.length; i++) {
    const pixel = Math.floor(i / 3)
    const x = (pixel % size) / size
    const y = Math.floor(pixel / size) / size
    input[i] = Math.sin(9 * x + 2 * (i % 3)) * Math.cos(7 * y - (i % 3))
  }
  return input
}

/** Whether a backend's logits are numbers, and the reference's where there is one. */
export function agree(logits: Float32Array, reference: Float32Array | undefined): boolean {
  if (!logits.every(Number.isFinite)) return false
  if (!reference) return true
  const scale = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return logits.every((value, i) => Math.abs(value - reference[i]!) <= TOLERANCE * scale)
}
