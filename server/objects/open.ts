import { isAbsolute } from 'node:path'
import { folderStore } from './folder-store.ts'
import type { ObjectStore } from './object-store.ts'
import { badAddress } from './problems.ts'

/**
 * Opens `s3://bucket/folder`, or a folder by its absolute path.
 *
 * @throws Problem `objects/bad-address`.
 */
export async function openObjectStore(address: string): Promise<ObjectStore> {
  if (isAbsolute(address)) return folderStore(address)
  const [, bucket, folder = ''] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*?))?\/*$/.exec(address) ?? []
  if (bucket === undefined) throw badAddress(address)
  // Its client is large, and few have a bucket.
  const { s3Store } = await import('./s3-store.ts')
  return s3Store({ bucket, folder })
}
