import { randomUUID } from 'node:crypto'
import { access, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem } from '../../lib/problem.ts'
import { isCritical } from '../../lib/space/reserve.ts'
import { isDiskFull } from '../files/disk-full.ts'
import { openSharedFiles, type SharedFiles } from '../objects/shared-files.ts'
import { diskOf } from '../space/disk.ts'

/**
 * Bulk bytes under their sha256, in the data folder, and in the shared store where there is one. Several processes may put
 * into it at once.
 */
export type Blobs = {
  readonly dataDir: string
  /** `<dataDir>/blobs/pictures/ab/abcd…`, whether it is there or not. */
  picturePath(hash: string): string
  /** A JPEG of at most 256 × 256 pixels. */
  thumbnailPath(hash: string): string
  /** The picture's file, fetched from the shared store where it is not here. @throws Problem `blobs/gone`, `objects/…`. */
  picture(hash: string): Promise<string>
  /** The same of its thumbnail. */
  thumbnail(hash: string): Promise<string>
  /** Whether both the picture and its thumbnail are there. */
  has(hash: string): Promise<boolean>
  /** @throws Problem `blobs/disk-full`. */
  putPicture(hash: string, bytes: Uint8Array): Promise<void>
  /** @throws Problem `blobs/disk-full`. */
  putThumbnail(hash: string, bytes: Uint8Array): Promise<void>
}

/** Opens the blobs of a data folder, and clears away what processes that died left half-written. */
export async function openBlobs(dataDir: string, shared?: SharedFiles): Promise<Blobs> {
  const files = shared ?? (await openSharedFiles(dataDir))
  const root = join(dataDir, 'blobs')
  const unfinished = join(root, 'unfinished')
  await mkdir(unfinished, { recursive: true })
  await clearAway(unfinished)
  const folders = new Map<string, Promise<unknown>>()

  const pathOf = (kind: string, hash: string, extension: string) => {
    if (!/^[0-9a-f]{64}$/.test(hash)) throw new Error(`not a sha256: ${hash}`)
    return join(root, kind, hash.slice(0, 2), hash + extension)
  }
  const picturePath = (hash: string) => pathOf('pictures', hash, '')
  const thumbnailPath = (hash: string) => pathOf('thumbnails', hash, '.jpg')

  const put = async (path: string, bytes: Uint8Array) => {
    if (await exists(path)) return
    const folder = join(path, '..')
    if (!folders.has(folder)) folders.set(folder, mkdir(folder, { recursive: true }))
    const temporary = join(unfinished, `${process.pid}-${randomUUID()}`)
    try {
      await demandRoom(root)
      await folders.get(folder)
      await writeDurably(temporary, bytes)
      // What is here is there: whoever sees it may count on it.
      await files.publish(path, temporary)
      await rename(temporary, path)
    } catch (thrown) {
      folders.delete(folder)
      await rm(temporary, { force: true })
      throw isDiskFull(thrown) ? diskFull(root, thrown) : thrown
    }
  }
  const obtain = async (path: string) => {
    if (await files.obtain(path)) return path
    throw new Problem('blobs/gone', {
      says: `${path} is gone${files.place ? `, and ${files.place} does not have it` : ''}.`,
      advice: 'It was there when it was imported. Check the disk, or import the dataset again.',
    })
  }
  return {
    dataDir,
    picturePath,
    thumbnailPath,
    picture: async (hash) => obtain(picturePath(hash)),
    thumbnail: async (hash) => obtain(thumbnailPath(hash)),
    has: async (hash) => (await exists(picturePath(hash))) && (await exists(thumbnailPath(hash))),
    putPicture: (hash, bytes) => put(picturePath(hash), bytes),
    putThumbnail: (hash, bytes) => put(thumbnailPath(hash), bytes),
  }
}

/** Pictures leave the database its room: it would find none in the middle of a write. */
async function demandRoom(root: string): Promise<void> {
  const { freeBytes, reserveBytes } = await diskOf(root)
  if (isCritical(freeBytes, reserveBytes)) throw diskFull(root)
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Unfinished files are named after the process that writes them. */
async function clearAway(unfinished: string): Promise<void> {
  for (const name of await readdir(unfinished)) {
    if (!isRunning(Number.parseInt(name, 10))) await rm(join(unfinished, name), { force: true })
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    // Someone else's process may not be signalled, but it runs.
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

function diskFull(root: string, cause?: unknown): Problem {
  return new Problem('blobs/disk-full', {
    says: `The disk of ${root} is full.`,
    advice: 'Free some space and start again; what is already there is not written twice.',
    cause,
  })
}
