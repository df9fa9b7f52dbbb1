import { join } from 'node:path'

export const MANIFEST = 'backup.json'

/** Where a backup keeps the bytes with this sha256. */
export function objectPath(backup: string, sha256: string): string {
  return join(backup, 'objects', sha256.slice(0, 2), sha256)
}
