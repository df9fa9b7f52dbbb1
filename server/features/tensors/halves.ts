import { float16ToFloat32 } from '../../../lib/backbone/weights/float16.ts'

/** All 65,536 halves as float32: a batch of maps has millions of them, and one by one they take longer than the step. */
let table: Float32Array | undefined

/** Halves to float32. */
export function halvesInto(out: Float32Array, halves: Uint16Array): void {
  table ??= float16ToFloat32(Uint16Array.from({ length: 0x10000 }, (_, half) => half))
  for (let i = 0; i < out.length; i++) out[i] = table[halves[i]!]!
}
