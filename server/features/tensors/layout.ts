import type { TensorId } from '../../../lib/backbone/graph.ts'
import { float32ToFloat16 } from '../../../lib/backbone/weights/float16.ts'
import { type Levels, normaliseInto } from '../../../lib/preprocess/levels.ts'
import { type CachePrecision, cachePrecision } from '../../../lib/strategy/cache-size.ts'
import type { BoundaryTensor } from '../../../lib/strategy/plan-freeze.ts'
import { halvesInto } from './halves.ts'

/** One tensor of a picture, as it lies in a row of the cache. */
export type StoredTensor = {
  readonly id: TensorId
  readonly values: number
  readonly precision: CachePrecision
}

/** The tensors of a row, one after the other, each from a multiple of 4 bytes on. */
export type TensorLayout = readonly StoredTensor[]

/** What a picture gives: maps and vectors as float32, the image as 8-bit levels. */
export type PictureTensors = Readonly<Record<TensorId, Float32Array | Uint8Array | Uint8ClampedArray>>

/** Pixels as they are, maps in 16 bits (or 32, where asked), vectors in 32. */
export function layoutOf(
  tensors: readonly BoundaryTensor[],
  maps: 'float16' | 'float32' = 'float16',
): TensorLayout {
  return tensors.map((tensor) => {
    const precision = cachePrecision(tensor)
    return { id: tensor.id, values: tensor.values, precision: precision === 'float16' ? maps : precision }
  })
}

/** A row's length in 32-bit words, which is how the cache counts. */
export function wordsOf(layout: TensorLayout): number {
  return layout.reduce((sum, tensor) => sum + words(tensor), 0)
}

/** A picture's tensors as the words of a row. */
export function packRow(layout: TensorLayout, tensors: PictureTensors): Float32Array {
  const row = new Float32Array(wordsOf(layout))
  let at = 0
  for (const tensor of layout) {
    const values = tensors[tensor.id]!
    const { buffer } = row
    const byte = at * 4
    if (tensor.precision === 'float32') row.set(values, at)
    else if (tensor.precision === 'uint8') new Uint8Array(buffer, byte, tensor.values).set(values)
    else new Uint16Array(buffer, byte, tensor.values).set(float32ToFloat16(values as Float32Array))
    at += words(tensor)
  }
  return row
}

/**
 * Rows of the cache as float32 tensors, one picture after the other. The image's levels become what `levels` says.
 *
 * @param rows `[pictures, wordsOf(layout)]`.
 */
export function unpackRows(
  layout: TensorLayout,
  rows: Float32Array,
  levels: Levels,
): Map<TensorId, Float32Array> {
  const width = wordsOf(layout)
  const pictures = rows.length / width
  const tensors = new Map<TensorId, Float32Array>()
  let at = 0
  for (const tensor of layout) {
    const { id, values, precision } = tensor
    const all = new Float32Array(pictures * values)
    for (let picture = 0; picture < pictures; picture++) {
      const out = all.subarray(picture * values, (picture + 1) * values)
      const word = picture * width + at
      const byte = rows.byteOffset + word * 4
      if (precision === 'float32') out.set(rows.subarray(word, word + values))
      else if (precision === 'uint8') normaliseInto(out, new Uint8Array(rows.buffer, byte, values), levels)
      else halvesInto(out, new Uint16Array(rows.buffer, byte, values))
    }
    tensors.set(id, all)
    at += words(tensor)
  }
  return tensors
}

const BYTES: Record<CachePrecision, number> = { uint8: 1, float16: 2, float32: 4 }

function words({ values, precision }: StoredTensor): number {
  return Math.ceil((values * BYTES[precision]) / 4)
}
