import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'

export type Copied = { readonly sha256: string; readonly bytes: number }

/**
 * Copies a file durably and hashes it on the way. `nameOf` says where it goes once its hash is known; undefined leaves it
 * out. The copy appears there whole or not at all.
 *
 * @param beside a path on the same file system, for the unfinished copy.
 */
export async function copyHashed(
  from: string,
  beside: string,
  nameOf: (copied: Copied) => string | undefined,
): Promise<Copied> {
  const hash = createHash('sha256')
  let bytes = 0
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      bytes += chunk.length
      done(null, chunk)
    },
  })
  const temporary = `${beside}.${randomUUID()}.part`
  await mkdir(dirname(temporary), { recursive: true })
  try {
    await pipeline(createReadStream(from), measure, createWriteStream(temporary))
    const copied = { sha256: hash.digest('hex'), bytes }
    const to = nameOf(copied)
    if (to === undefined) return copied
    await mkdir(dirname(to), { recursive: true })
    const handle = await open(temporary, 'r+')
    await handle.sync().finally(() => handle.close())
    await rename(temporary, to)
    return copied
  } finally {
    await rm(temporary, { force: true })
  }
}
