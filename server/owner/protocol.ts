import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { problemSummarySchema } from '../../lib/run/events.ts'
import { runSchema } from '../../lib/run/run.ts'

/** Raised whenever a message changes its meaning; both ends refuse another version. */
export const CONTROL_PROTOCOL = 1

export const ownerRequestSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('stop'), run: z.string() }),
  z.object({ type: z.literal('runs') }),
  z.object({ type: z.literal('run'), run: z.string() }),
])
export type OwnerRequest = z.infer<typeof ownerRequestSchema>

/** What each request is answered with. */
export const ANSWERS = {
  /** The stop has been asked of the run with this id. */
  stop: z.object({ run: z.string() }),
  runs: z.object({ runs: z.array(runSchema) }),
  /** `null`: there is no such run. */
  run: z.object({ run: runSchema.nullable() }),
} as const satisfies Record<OwnerRequest['type'], z.ZodType>
export type Answers = { [T in keyof typeof ANSWERS]: z.infer<(typeof ANSWERS)[T]> }

/** Each message is one line of JSON. */
export const requestLineSchema = z.object({
  protocol: z.literal(CONTROL_PROTOCOL),
  request: ownerRequestSchema,
})
export const answerLineSchema = z.union([
  z.object({ protocol: z.literal(CONTROL_PROTOCOL), answer: z.unknown() }),
  z.object({ protocol: z.number(), problem: problemSummarySchema }),
])

/** Unix sockets have room for 103 bytes of path on macOS and 107 on Linux. */
const MAX_SOCKET_PATH_BYTES = 103

/** Where a data folder's owner listens. */
export function controlAddress(dataDir: string, platform = process.platform): string {
  const folder = resolve(dataDir)
  const name = `whippet-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`
  if (platform === 'win32') return `\\\\.\\pipe\\${name}`
  const inFolder = join(folder, 'control.sock')
  return Buffer.byteLength(inFolder) <= MAX_SOCKET_PATH_BYTES ? inFolder : join(tmpdir(), `${name}.sock`)
}
