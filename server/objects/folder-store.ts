import { copyFile, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { Problem } from '../../lib/problem.ts'
import { isDiskFull } from '../files/disk-full.ts'
import { checkKey, type ObjectStore } from './object-store.ts'
import { full, unreachable } from './problems.ts'

/**
 * An object store in a folder that every machine mounts at a path of its own: NFS, SMB, or one box. A folder that is not
 * there is not made: it is not mounted.
 */
export function folderStore(folder: string): ObjectStore {
  const pathOf = (key: string) => join(folder, checkKey(key))
  const mounted = () =>
    stat(folder).catch((cause) => {
      throw unreachable(folder, cause)
    })
  const has = async (key: string) => {
    const found = await isThere(pathOf(key))
    if (!found) await mounted()
    return found
  }
  return {
    place: folder,
    async put(key, file) {
      try {
        await mounted()
        await copyWhole(file, pathOf(key))
      } catch (cause) {
        if (cause instanceof Problem) throw cause
        throw isDiskFull(cause) ? full(folder, cause) : unreachable(folder, cause)
      }
    },
    async get(key, file) {
      const from = pathOf(key)
      if (!(await has(key))) return false
      await copyWhole(from, file)
      return true
    },
    has,
    async list(prefix) {
      const at = join(folder, prefix.endsWith('/') ? prefix : dirname(`${prefix}-`))
      const found = await readdir(at, { recursive: true, withFileTypes: true }).catch(() => [])
      return found
        .filter((entry) => entry.isFile() && !entry.name.endsWith(UNFINISHED))
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
        .filter((key) => key.startsWith(prefix))
        .sort()
    },
    remove: (key) => rm(pathOf(key), { force: true }),
  }
}

const UNFINISHED = '.part'

/** Temporary name, fsync, rename. */
async function copyWhole(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  const temporary = `${to}.${process.pid}-${performance.now()}${UNFINISHED}`
  try {
    await copyFile(from, temporary)
    const handle = await open(temporary, 'r+')
    await handle.sync().finally(() => handle.close())
    await rename(temporary, to)
  } catch (thrown) {
    await rm(temporary, { force: true })
    throw thrown
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
}
