import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { sha256, sha256InScript } from './sha256.ts'

test.each([0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, 100_003])(
  'the script’s SHA-256 of %i bytes is the one of Node',
  async (length) => {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 131) ^ (i >> 3))
    const want = createHash('sha256').update(bytes).digest('hex')
    expect(Buffer.from(sha256InScript(bytes)).toString('hex')).toBe(want)
    expect(await sha256(bytes)).toBe(want)
  },
)
