import { open, readFile, rm, stat } from 'node:fs/promises'
import { z } from 'zod'
import { Problem } from '../../../lib/problem.ts'
import { writeDurably } from '../../files/write-durably.ts'
import type { Stated } from './home.ts'

const statedSchema = z.object({
  revision: z.string().optional(),
  etag: z.string().optional(),
  sizeBytes: z.number().optional(),
  sha256: z.string().optional(),
})

/** The bytes of a download that are here, and what the home said of the whole. */
export type Part = { readonly bytes: number; readonly stated: Stated }

const besides = (file: string) => `${file}.json`

/** What an earlier download left in `file`; nothing where it can't be told what that is. */
export async function readPart(file: string): Promise<Part> {
  const nothing = { bytes: 0, stated: {} }
  const size = await stat(file).catch(() => undefined)
  const text = await readFile(besides(file), 'utf8').catch(() => undefined)
  if (!size || text === undefined) return nothing
  try {
    return { bytes: size.size, stated: statedSchema.parse(JSON.parse(text)) }
  } catch {
    return nothing
  }
}

export async function dropPart(file: string): Promise<void> {
  await rm(file, { force: true })
  await rm(besides(file), { force: true })
}

/**
 * Writes a body into `file` from byte `from` on, told by `onBytes` how many are there; what arrived before an error stays.
 *
 * @throws Problem `weights/disk-full`; what the body throws.
 */
export async function appendBody(
  file: string,
  { bytes: from, stated }: Part,
  body: AsyncIterable<Uint8Array>,
  onBytes: (bytes: number) => void,
): Promise<number> {
  // Bytes that nothing is known of are never gone on with: what is known comes first.
  if (from === 0) await dropPart(file)
  await writeDurably(besides(file), JSON.stringify(stated))
  const handle = await open(file, from === 0 ? 'w' : 'a')
  let end = from
  try {
    for await (const chunk of body) {
      await handle.writeFile(chunk).catch((cause) => {
        throw unwritable(file, cause)
      })
      end += chunk.length
      onBytes(end)
      if (stated.sizeBytes !== undefined && end > stated.sizeBytes) break
    }
    return end
  } finally {
    await handle.sync()
    await handle.close()
  }
}

function unwritable(file: string, cause: Error): Problem {
  return new Problem('weights/disk-full', {
    says: `The weights can't be written to ${file}: ${cause.message}.`,
    advice: 'Make room on the disk and do it again: what was fetched is kept.',
    cause,
  })
}
