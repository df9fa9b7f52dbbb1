import { execFileSync } from 'node:child_process'
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { readdir, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A real file system of so many megabytes, to be filled. */
export type SmallDisk = {
  readonly folder: string
  readonly kind: 'ext4' | 'tmpfs'
  freeBytes(): Promise<number>
  /** Writes until so many bytes are free; 0 until the system says that there is no room. */
  fill(leaveBytes: number): Promise<void>
  /** Removes all that was filled in. */
  free(): Promise<void>
  close(): void
}

/** @throws where this machine lets us mount nothing. */
export function mountSmallDisk(megabytes: number): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'whippet-disk-'))
  const image = `${folder}.ext4`
  const kind = mount(folder, image, megabytes)
  const ballast = join(folder, 'ballast')
  const freeBytes = async () => {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  }
  return {
    folder,
    kind,
    freeBytes,
    async fill(leaveBytes) {
      const fd = openSync(`${ballast}-${Date.now()}`, 'w')
      const block = Buffer.alloc(1 << 20, 0x5a)
      try {
        while ((await freeBytes()) - block.length >= leaveBytes) writeSync(fd, block)
        if (leaveBytes === 0) for (;;) if (writeSync(fd, block.subarray(0, 4096)) < 4096) break
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code !== 'ENOSPC') throw thrown
      } finally {
        closeSync(fd)
      }
    },
    async free() {
      for (const name of await readdir(folder)) {
        if (name.startsWith('ballast-')) await rm(join(folder, name))
      }
    },
    close() {
      execFileSync('umount', [folder], { stdio: 'pipe' })
      rmSync(folder, { recursive: true })
      rmSync(image, { force: true })
    },
  }
}

/** A loop-mounted ext4 where there can be one, else a tmpfs with a limit. */
function mount(folder: string, image: string, megabytes: number): SmallDisk['kind'] {
  try {
    const fd = openSync(image, 'w')
    ftruncateSync(fd, megabytes << 20)
    closeSync(fd)
    execFileSync('mkfs.ext4', ['-q', '-F', '-m', '0', image], { stdio: 'pipe' })
    execFileSync('mount', ['-o', 'loop', image, folder], { stdio: 'pipe' })
    return 'ext4'
  } catch {
    rmSync(image, { force: true })
  }
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'pipe' })
    return 'tmpfs'
  } catch (thrown) {
    rmSync(folder, { recursive: true })
    throw thrown
  }
}
