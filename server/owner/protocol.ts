import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { importStateSchema, importWishSchema } from '../../lib/api/datasets.ts'
import { queueStateSchema } from '../../lib/api/queue.ts'
import { queuedRunSchema, runSummarySchema } from '../../lib/api/runs.ts'
import { newTuneSchema, tuneSchema } from '../../lib/api/tunes.ts'
import { dumpSummarySchema } from '../../lib/backup/manifest.ts'
import { SPLITS } from '../../lib/dataset/dataset.ts'
import { importReportSchema } from '../../lib/dataset/report.ts'
import { problemSummarySchema, runEventSchema } from '../../lib/run/events.ts'
import { MOVES } from '../../lib/run/queue-order.ts'
import { runSchema } from '../../lib/run/run.ts'

/** Raised whenever a message changes its meaning; both ends refuse another version. */
export const CONTROL_PROTOCOL = 4

/** Well below what the one who asks waits for an answer. */
export const MAX_WAIT_MS = 5000

const whole = z.number().int().nonnegative()
const shares = z.object({ train: z.number(), validation: z.number(), test: z.number() })

const datasetVersionSchema = z.object({
  id: z.string(),
  dataset: z.string(),
  version: whole,
  classes: z.array(z.string()),
  counts: z.object({ train: whole, validation: whole, test: whole }),
  split: z.object({ from: z.enum(['folders', 'random']), seed: z.number(), shares }),
  createdAt: z.string(),
})

const storedPictureSchema = z.object({
  hash: z.string(),
  label: whole,
  split: z.enum(SPLITS),
  file: z.string(),
  format: z.string(),
  width: whole,
  height: whole,
  sizeBytes: whole,
})

export const ownerRequestSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('stop'), run: z.string() }),
  z.object({ type: z.literal('runs') }),
  z.object({ type: z.literal('run'), run: z.string() }),
  z.object({ type: z.literal('paused') }),
  z.object({ type: z.literal('queue') }),
  z.object({ type: z.literal('queue-pause'), reason: z.string() }),
  z.object({ type: z.literal('queue-resume') }),
  z.object({ type: z.literal('queue-move'), run: z.string(), to: z.enum(MOVES) }),
  /** Events after `afterSeq`; where there are none yet, those that come within `waitMs`. */
  z.object({
    type: z.literal('events'),
    run: z.string(),
    afterSeq: z.number().int().nonnegative(),
    waitMs: z.number().int().min(0).max(MAX_WAIT_MS),
  }),
  z.object({ type: z.literal('dataset'), name: z.string() }),
  z.object({ type: z.literal('pictures'), version: z.string() }),
  /** A dump of the database, written to a file of this machine. */
  z.object({ type: z.literal('dump'), file: z.string() }),
  /** Only a server does what follows. */
  z.object({ type: z.literal('train'), settings: queuedRunSchema }),
  z.object({ type: z.literal('resume'), run: z.string() }),
  z.object({ type: z.literal('extend'), run: z.string(), epochs: z.number().int().positive() }),
  z.object({ type: z.literal('tune'), wanted: newTuneSchema }),
  /** A tune once it is another revision than the one that is known, or after `waitMs`. */
  z.object({
    type: z.literal('tune-state'),
    tune: z.string(),
    revision: z.string().optional(),
    waitMs: z.number().int().min(0).max(MAX_WAIT_MS),
  }),
  z.object({ type: z.literal('stop-tune'), tune: z.string() }),
  /** A folder or zip of this machine. */
  z.object({ type: z.literal('import'), path: z.string(), wish: importWishSchema }),
  z.object({ type: z.literal('import-state'), import: z.string() }),
  z.object({ type: z.literal('server') }),
])
export type OwnerRequest = z.infer<typeof ownerRequestSchema>

/** What each request is answered with. */
export const ANSWERS = {
  /** The stop has been asked of the run with this id. */
  stop: z.object({ run: z.string() }),
  runs: z.object({ runs: z.array(runSummarySchema) }),
  /** `null`: there is no such run. */
  run: z.object({ run: runSchema.nullable() }),
  /** Why no run is begun; `null`: they are. */
  paused: z.object({ paused: problemSummarySchema.nullable() }),
  queue: queueStateSchema,
  'queue-pause': queueStateSchema,
  'queue-resume': queueStateSchema,
  'queue-move': queueStateSchema,
  events: z.object({ events: z.array(runEventSchema) }),
  /** `null`: there is none of that name; `names` are those that there are. */
  dataset: z.object({
    dataset: datasetVersionSchema.nullable(),
    report: importReportSchema.nullable(),
    names: z.array(z.string()),
  }),
  pictures: z.object({ pictures: z.array(storedPictureSchema) }),
  dump: dumpSummarySchema,
  train: z.object({ run: runSchema }),
  resume: z.object({ run: runSchema }),
  extend: z.object({ run: runSchema }),
  tune: z.object({ tune: tuneSchema }),
  'tune-state': z.object({ tune: tuneSchema }),
  'stop-tune': z.object({ tune: tuneSchema }),
  import: z.object({ import: z.string() }),
  'import-state': z.object({ import: importStateSchema }),
  server: z.object({ url: z.string() }),
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
