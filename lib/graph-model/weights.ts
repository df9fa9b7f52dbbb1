import { float32ToFloat16 } from '../backbone/weights/float16.ts'
import type { Precision } from './precision.ts'

/** A weight before it is written. */
export type ModelWeight = {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array | Int32Array
  /** What may lose precision; biases, constants and indices may not. */
  readonly precision: Precision
}

/** An entry of tfjs's weights manifest. */
export type WeightSpec = {
  readonly name: string
  readonly shape: number[]
  readonly dtype: 'float32' | 'int32'
  readonly quantization?:
    | { readonly dtype: 'float16' }
    | { readonly dtype: 'uint8'; readonly scale: number; readonly min: number }
}

/** One weight as bytes, and what tfjs must know to read them. */
export function writeWeight({ name, shape, data, precision }: ModelWeight): {
  spec: WeightSpec
  bytes: Uint8Array
} {
  const dtype = data instanceof Int32Array ? ('int32' as const) : ('float32' as const)
  const spec = { name, shape: [...shape], dtype }
  if (data instanceof Int32Array || precision === 'float32') return { spec, bytes: bytesOf(data) }
  if (precision === 'float16') {
    return { spec: { ...spec, quantization: { dtype: 'float16' } }, bytes: bytesOf(float32ToFloat16(data)) }
  }
  const { scale, min, levels } = toLevels(data)
  return { spec: { ...spec, quantization: { dtype: 'uint8', scale, min } }, bytes: levels }
}

/** 256 evenly spaced levels from the smallest to the largest value, one of them exactly 0: a weight of zero stays zero. */
function toLevels(data: Float32Array): { scale: number; min: number; levels: Uint8Array } {
  const least = data.reduce((a, b) => Math.min(a, b), 0)
  const most = data.reduce((a, b) => Math.max(a, b), 0)
  const scale = most > least ? (most - least) / 255 : 1
  const zero = Math.round(-least / scale)
  const levels = Uint8Array.from(data, (value) =>
    Math.min(255, Math.max(0, Math.round(value / scale) + zero)),
  )
  return { scale, min: -zero * scale, levels }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Int32Array | Uint16Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
