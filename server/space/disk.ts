import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { reserveBytes } from '../../lib/space/reserve.ts'

/** Room on the disk of a folder, in bytes. */
export type Disk = { readonly freeBytes: number; readonly totalBytes: number; readonly reserveBytes: number }

/** A folder that is not there yet is on the disk of the one that it would be made in. `WHIPPET_RESERVE_GB` sets the reserve. */
export async function diskOf(folder: string): Promise<Disk> {
  const { bavail, blocks, bsize } = await statfs(folder).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT' && dirname(folder) !== folder) return statfs(dirname(folder))
    throw thrown
  })
  const totalBytes = blocks * bsize
  return {
    freeBytes: bavail * bsize,
    totalBytes,
    reserveBytes: reserveBytes(totalBytes, process.env.WHIPPET_RESERVE_GB),
  }
}
