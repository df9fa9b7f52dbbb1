import { statfs } from 'node:fs/promises'
import { Problem } from '../../lib/problem.ts'

/**
 * What must stay free for the embedded database to write: its log grows by 16 MB at a time. Where it finds no room for
 * that it spins without ever coming back (seen, PGlite 0.5.16), so no time limit can catch it: look before writing.
 */
const RESERVE_BYTES = 32 << 20

/** @throws Problem `store/disk-full` when the disk has less than the reserve and `bytes` left. */
export async function requireRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  if (free >= RESERVE_BYTES + bytes) return
  throw new Problem('store/disk-full', {
    says: `The database in ${folder} has no room to write: ${megabytes(free)} MB are free, it needs ${megabytes(RESERVE_BYTES + bytes)} MB.`,
    advice: 'Make room on the disk and do it again.',
  })
}

function megabytes(bytes: number): string {
  return Math.ceil(bytes / 2 ** 20).toLocaleString('en')
}
