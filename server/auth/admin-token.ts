import { timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Problem } from '../../lib/problem.ts'
import { writeDurably } from '../files/write-durably.ts'
import { hashOfToken, newToken } from '../sharing/tokens.ts'

const fileSchema = z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/) })

export type AdminToken = {
  /** In constant time. */
  matches(token: string): boolean
  /** The token itself, where it has just been made: it is told once, and only its hash is kept. */
  readonly made?: string
}

/**
 * The token that opens a server which others than this machine can reach. Made at first use, or again with `another`.
 *
 * @throws Problem `auth/damaged-token` when the file that keeps its hash can't be read.
 */
export async function adminToken(dataDir: string, { another = false } = {}): Promise<AdminToken> {
  const file = join(dataDir, 'admin-token.json')
  const text = another ? undefined : await readFile(file, 'utf8').catch(ifAbsent)
  if (text !== undefined) return matching(read(text, file))
  const made = newToken()
  const sha256 = hashOfToken(made)
  await writeDurably(file, `${JSON.stringify({ sha256 })}\n`)
  return { ...matching(sha256), made }
}

function matching(sha256: string): AdminToken {
  const wanted = Buffer.from(sha256, 'hex')
  return { matches: (token) => timingSafeEqual(Buffer.from(hashOfToken(token), 'hex'), wanted) }
}

function read(text: string, file: string): string {
  try {
    return fileSchema.parse(JSON.parse(text)).sha256
  } catch (cause) {
    throw damaged(file, cause)
  }
}

function ifAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

function damaged(file: string, cause: unknown): Problem {
  return new Problem('auth/damaged-token', {
    says: `${file} keeps the hash of the admin token, and can't be read.`,
    advice: 'Make another token with "whippet serve --new-token".',
    cause,
  })
}
