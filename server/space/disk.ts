import { statfs } from 'node:fs/promises'
import { reserveBytes } from '../../lib/space/reserve.ts'

/** Room on the disk of a folder, in bytes. */
export type Disk = { readonly freeBytes: number; readonly totalBytes: number; readonly reserveBytes: number }

/** `WHIPPET_RESERVE_GB` sets the reserve. */
export async function diskOf(folder: string): Promise<Disk> {
  const { bavail, blocks, bsize } = await statfs(folder)
  const totalBytes = blocks * bsize
  return {
    freeBytes: bavail * bsize,
    totalBytes,
    reserveBytes: reserveBytes(totalBytes, process.env.WHIPPET_RESERVE_GB),
  }
}
