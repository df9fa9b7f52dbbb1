import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Problem } from '../../lib/problem.ts'
import { isDiskFull } from './disk-full.ts'

type Through = (commit: () => Promise<void>) => Promise<void>

/**
 * Writes a file so that a reader sees the old one or the new one, never a part, whatever happens in between: a temporary
 * name beside it, fsync, rename. Makes its folder where it is missing.
 *
 * @param through what has a say in whether the new one takes its place.
 * @throws Problem `files/disk-full`, and what `through` throws; the old file stays.
 */
export async function writeDurably(
  file: string,
  bytes: Uint8Array | string,
  through: Through = (commit) => commit(),
): Promise<void> {
  try {
    await write(file, bytes, through)
  } catch (thrown) {
    throw isDiskFull(thrown) ? diskFull(file, thrown) : thrown
  }
}

async function write(file: string, bytes: Uint8Array | string, through: Through): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const temporary = `${file}.${process.pid}-${randomUUID()}.part`
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
  try {
    await through(() => rename(temporary, file))
  } catch (thrown) {
    await rm(temporary, { force: true })
    throw thrown
  }
}

function diskFull(file: string, cause: unknown): Problem {
  return new Problem('files/disk-full', {
    says: `${file} can't be written: the disk is full.`,
    advice: 'Make room on the disk; what was there before is still whole.',
    cause,
  })
}
