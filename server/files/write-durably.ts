import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Writes a file so that a reader sees the old one or the new one, never a part, whatever happens in between: a temporary
 * name beside it, fsync, rename. Makes its folder where it is missing.
 */
export async function writeDurably(file: string, bytes: Uint8Array | string): Promise<void> {
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
