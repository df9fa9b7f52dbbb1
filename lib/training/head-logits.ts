import type { Head } from '../backbone/head.ts'

/** `features · weightᵀ + bias` for features `[n, width]`, as `[n, classes]`; summed in double precision. */
export function headLogits(
  { weight, bias, classes, features: width }: Head,
  features: Float32Array,
): Float32Array {
  const count = features.length / width
  const logits = new Float32Array(count * classes)
  for (let n = 0; n < count; n++) {
    for (let c = 0; c < classes; c++) {
      let sum = bias[c]!
      for (let i = 0; i < width; i++) sum += features[n * width + i]! * weight[c * width + i]!
      logits[n * classes + c] = sum
    }
  }
  return logits
}
