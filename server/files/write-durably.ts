import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Problem } from '../../lib/problem.ts'
import { isDiskFull } from './disk-full.ts'

/**
 * Writes a file so that a reader sees the old one or the new one, never a part, whatever happens in between: a temporary
 * name beside it, fsync, rename. Makes its folder where it is missing.
 *
 * @throws Problem `files/disk-full`; the old file stays.
 */
export async function writeDurably(file: string, bytes: Uint8Array | string): Promise<void> {
  try {
    await write(file, bytes)
  } catch (thrown) {
    throw isDiskFull(thrown) ? diskFull(file, thrown) : thrown
  }
}

async function write(file: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const temporary = `${file}.${process.pid}.part`
  const handle = await open(temporary, 'w')
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } catch (thrown) {
    await rm(temporary, { force: true })
    throw thrown
  } finally {
    await handle.close()
  }
  await rename(temporary, file)
}

function diskFull(file: string, cause: unknown): Problem {
  return new Problem('files/disk-full', {
    says: `${file} can't be written: the disk is full.`,
    advice: 'Make room on the disk; what was there before is still whole.',
    cause,
  })
}
