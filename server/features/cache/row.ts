import { crc32 } from 'node:zlib'

/**
 * One row of a segment: the picture's sha256 (32 bytes), `width` float32 features, and a CRC-32 of both (4 bytes), all
 * little-endian. Rows have one size, so a torn tail or a damaged row never hides the rows after it.
 */
const HASH_BYTES = 32
const CRC_BYTES = 4

export function rowBytes(width: number): number {
  return HASH_BYTES + width * 4 + CRC_BYTES
}

/** Writes a row into `target`, which has {@link rowBytes}. */
export function encodeRow(target: Buffer, hash: string, features: Float32Array): void {
  target.write(hash, 0, HASH_BYTES, 'hex')
  target.set(new Uint8Array(features.buffer, features.byteOffset, features.byteLength), HASH_BYTES)
  target.writeUInt32LE(crc32(target.subarray(0, -CRC_BYTES)), target.length - CRC_BYTES)
}

/** The picture a row belongs to, or undefined where the row is damaged. */
export function hashOfRow(row: Buffer): string | undefined {
  const intact = crc32(row.subarray(0, -CRC_BYTES)) === row.readUInt32LE(row.length - CRC_BYTES)
  return intact ? row.toString('hex', 0, HASH_BYTES) : undefined
}

/** A row's features, copied to `target`. */
export function copyFeatures(row: Buffer, target: Float32Array): void {
  const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength)
  bytes.set(row.subarray(HASH_BYTES, -CRC_BYTES))
}
