import type { Head } from '../backbone/head.ts'
import { logitsOfRow } from './reference-objective.ts'

/** What a head says of feature vectors `[n, features]`: `[n, classes]`, summed in double precision. */
export function headLogits(head: Head, features: Float32Array): Float32Array {
  const { weight, bias, classes, hidden } = head
  if (!hidden) return dense(head, features)
  const before = { weight: hidden.weight, bias: hidden.bias, classes: hidden.units, features: head.features }
  const active = dense(before, features).map((value) => Math.max(0, value))
  return dense({ weight, bias, classes, features: hidden.units }, active)
}

function dense({ weight, bias, classes, features: width }: Head, features: Float32Array): Float32Array {
  const count = features.length / width
  const parameters = new Float64Array(classes * (width + 1))
  parameters.set(weight)
  parameters.set(bias, classes * width)
  const logits = new Float32Array(count * classes)
  const row = new Float64Array(classes)
  for (let i = 0; i < count; i++) {
    logitsOfRow({ features, width, classes }, parameters, i, row)
    logits.set(row, i * classes)
  }
  return logits
}

/** The solvers' parameters as a head. */
export function headFrom(
  parameters: Float64Array,
  { width, classes }: { width: number; classes: number },
): Head {
  return {
    weight: new Float32Array(parameters.subarray(0, classes * width)),
    bias: new Float32Array(parameters.subarray(classes * width)),
    classes,
    features: width,
  }
}
