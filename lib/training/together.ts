import type { LabelledFeatures } from './objective.ts'

/** Both sets as one. Features that already lie one behind the other are not copied. */
export function together(a: LabelledFeatures, b: LabelledFeatures): LabelledFeatures {
  const labels = new Int32Array(a.count + b.count)
  labels.set(a.labels)
  labels.set(b.labels, a.count)
  return { features: joined(a.features, b.features), labels, count: a.count + b.count }
}

function joined(a: Float32Array, b: Float32Array): Float32Array {
  const length = a.length + b.length
  if (a.buffer === b.buffer && a.byteOffset + a.byteLength === b.byteOffset) {
    return new Float32Array(a.buffer, a.byteOffset, length)
  }
  const both = new Float32Array(length)
  both.set(a)
  both.set(b, a.length)
  return both
}
