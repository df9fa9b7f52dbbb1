import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import yauzl from 'yauzl'
import { Problem } from '../../../lib/problem.ts'

/**
 * Takes files out of a wheel. `place` gives an entry's path below `folder`, or nothing for what is not wanted.
 *
 * @returns the entries that were taken.
 * @throws Problem `setup/damaged` where the wheel can't be read.
 */
export async function unpack(
  wheel: string,
  folder: string,
  place: (entry: string) => string | undefined,
): Promise<string[]> {
  const taken: string[] = []
  try {
    const zip = await yauzl.openPromise(wheel, { lazyEntries: true })
    for await (const entry of zip.eachEntry()) {
      const path = entry.fileName.endsWith('/') ? undefined : place(entry.fileName)
      if (path === undefined) continue
      const file = join(folder, path)
      await mkdir(dirname(file), { recursive: true })
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(file))
      taken.push(entry.fileName)
    }
  } catch (cause) {
    throw new Problem('setup/damaged', {
      says: `${basename(wheel)} can't be unpacked: ${cause instanceof Error ? cause.message : String(cause)}`,
      advice: 'Make sure that there is room on the disk, and do it again.',
      cause,
    })
  }
  return taken
}
