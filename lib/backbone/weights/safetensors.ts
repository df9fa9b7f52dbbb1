import { z } from 'zod'
import { Problem } from '../../problem.ts'
import type { WeightStore, WeightTensor } from '../graph.ts'
import { bfloat16ToFloat32, float16ToFloat32, float32ToFloat16 } from './float16.ts'
import { weightStore } from './store.ts'

/** One tensor of the header; integers such as `num_batches_tracked` are allowed and left out of the store. */
const entrySchema = z.object({
  dtype: z.enum(['F32', 'F16', 'BF16', 'F64', 'I64', 'I32', 'I16', 'I8', 'U8', 'BOOL']),
  shape: z.array(z.number().int().nonnegative()),
  data_offsets: z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]),
})
type Entry = z.infer<typeof entrySchema>

const BYTES = { F64: 8, F32: 4, F16: 2, BF16: 2 } as const
const isFloat = (dtype: Entry['dtype']): dtype is keyof typeof BYTES => dtype in BYTES

/**
 * Float tensors of a safetensors file (https://github.com/huggingface/safetensors), as float32.
 *
 * @throws Problem `weights/damaged` when the bytes are not what the header says.
 */
export function parseSafetensors(bytes: Uint8Array): WeightStore {
  const { header, body } = splitHeader(bytes)
  const tensors = new Map<string, WeightTensor>()
  for (const [name, raw] of Object.entries(header)) {
    if (name === '__metadata__') continue
    const entry = entrySchema.safeParse(raw)
    if (!entry.success) throw damaged(`its header says nothing sensible of "${name}"`)
    if (isFloat(entry.data.dtype)) tensors.set(name, tensorOf(name, entry.data, body))
  }
  return weightStore(tensors)
}

/** What a safetensors file says of itself; empty where it says nothing. @throws as {@link parseSafetensors} */
export function safetensorsMetadata(bytes: Uint8Array): Record<string, string> {
  const metadata = z.record(z.string(), z.string()).safeParse(splitHeader(bytes).header.__metadata__)
  return metadata.success ? metadata.data : {}
}

/** How a tensor is written: as it is, or rounded to 16 bits. */
export type StoredPrecision = 'F32' | 'F16'

export type WriteOptions = {
  metadata?: Readonly<Record<string, string>>
  /** Float32 unless said otherwise. */
  precisionOf?: (name: string, tensor: WeightTensor) => StoredPrecision
}

/** A safetensors file; the same tensors in the same order give the same bytes. */
export function writeSafetensors(
  tensors: ReadonlyMap<string, WeightTensor>,
  { metadata, precisionOf = () => 'F32' }: WriteOptions = {},
): Uint8Array {
  const header: Record<string, unknown> = metadata ? { __metadata__: metadata } : {}
  const parts: Uint8Array[] = []
  let offset = 0
  for (const [name, tensor] of tensors) {
    const dtype = precisionOf(name, tensor)
    const part = bytesOf(dtype === 'F16' ? float32ToFloat16(tensor.data) : tensor.data)
    header[name] = { dtype, shape: tensor.shape, data_offsets: [offset, offset + part.length] }
    parts.push(part)
    offset += part.length
  }
  const json = new TextEncoder().encode(JSON.stringify(header))
  // The data starts at a multiple of 8, as the format advises: spaces fill up the header.
  const headerLength = Math.ceil(json.length / 8) * 8
  const bytes = new Uint8Array(8 + headerLength + offset).fill(0x20, 8, 8 + headerLength)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true)
  bytes.set(json, 8)
  let at = 8 + headerLength
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Uint16Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

function splitHeader(bytes: Uint8Array): { header: Record<string, unknown>; body: Uint8Array } {
  if (bytes.length < 8) throw damaged('it is shorter than a header')
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
  if (length > bytes.length - 8) throw damaged('its header is longer than the file')
  try {
    const json = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))
    return { header: z.record(z.string(), z.unknown()).parse(json), body: bytes.subarray(8 + length) }
  } catch (cause) {
    throw damaged("its header can't be read", cause)
  }
}

function tensorOf(
  name: string,
  { dtype, shape, data_offsets: [start, end] }: Entry,
  body: Uint8Array,
): WeightTensor {
  const length = shape.reduce((product, n) => product * n, 1)
  const width = BYTES[dtype as keyof typeof BYTES]
  if (end > body.length || end - start !== length * width) throw damaged(`"${name}" does not fit the file`)
  // Copied, so that the numbers are aligned whatever the header's length (`slice` of a Node Buffer does not copy).
  const { buffer } = new Uint8Array(body.subarray(start, end))
  if (dtype === 'F32') return { shape, data: new Float32Array(buffer) }
  if (dtype === 'F64') return { shape, data: Float32Array.from(new Float64Array(buffer)) }
  const halves = new Uint16Array(buffer)
  return { shape, data: dtype === 'F16' ? float16ToFloat32(halves) : bfloat16ToFloat32(halves) }
}

function damaged(why: string, cause?: unknown): Problem {
  return new Problem('weights/damaged', {
    says: `This is not an intact safetensors file: ${why}.`,
    advice: 'Fetch or copy the file again.',
    cause,
  })
}
