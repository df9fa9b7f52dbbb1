import type { BoundaryTensor, FreezePlan } from './plan-freeze.ts'

/** How a tensor is stored: pixels as they are, maps in 16 bits, vectors in 32. */
export type CachePrecision = 'uint8' | 'float16' | 'float32'

const BYTES: Record<CachePrecision, number> = { uint8: 1, float16: 2, float32: 4 }

/** The hash and the checksum around a picture's numbers. */
const ROW_BYTES = 36

export function cachePrecision({ id, shape }: BoundaryTensor): CachePrecision {
  if (id === 'image') return 'uint8'
  return shape.length === 1 ? 'float32' : 'float16'
}

/** Bytes in the feature cache for one view of one picture. */
export function bytesPerView({ boundaryTensors }: Pick<FreezePlan, 'boundaryTensors'>): number {
  return boundaryTensors.reduce((sum, t) => sum + t.values * BYTES[cachePrecision(t)], ROW_BYTES)
}
