import { createHash } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import { z } from 'zod'
import {
  type FineTuningState,
  type Position,
  packState,
  positionSchema,
  unpackState,
} from '../../../lib/fine-tuning/state.ts'
import { Problem } from '../../../lib/problem.ts'
import { writeDurably } from '../../files/write-durably.ts'
import { type Fence, UNFENCED } from '../fence.ts'
import { type RunRecord, runRecordSchema } from '../run-folder.ts'

/**
 * A checkpoint's file: the sha256 of all that follows, in hex, on the first line; what it is, as JSON, on the second; then
 * weights, optimizer and place as safetensors. It says enough of itself to make a model of it without the database.
 */
export type Checkpoint = CheckpointHeader & { readonly state: FineTuningState }

export type CheckpointHeader = {
  /** 1, 2, 3 … as they were written. */
  readonly number: number
  readonly position: Position
  /** The model's record as far as it is known while it trains. */
  readonly record: RunRecord
}

const headerSchema = z.object({
  number: z.number().int().positive(),
  position: positionSchema,
  record: runRecordSchema,
})
const NEWLINE = 0x0a
const DIGEST_LENGTH = 64
/** Longer than any header: thousands of classes. */
const LONGEST_HEADER = 1 << 22

export async function writeCheckpointFile(
  file: string,
  { number, record, state }: Omit<Checkpoint, 'position'>,
  fence: Fence = UNFENCED,
): Promise<void> {
  const header: CheckpointHeader = { number, position: state.position, record }
  const parts = [Buffer.from(`${JSON.stringify(header)}\n`), packState(state)]
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  await writeDurably(file, Buffer.concat([Buffer.from(`${hash.digest('hex')}\n`), ...parts]), fence)
}

/** What a checkpoint says of itself, its weights unread; undefined where there is none. @throws Problem `training/checkpoint-damaged`. */
export async function readCheckpointHeader(file: string): Promise<CheckpointHeader | undefined> {
  const handle = await open(file).catch(absent)
  if (!handle) return undefined
  try {
    const { size } = await handle.stat()
    const start = Buffer.alloc(Math.min(size, LONGEST_HEADER))
    await handle.read(start, 0, start.length, 0)
    return headerOf(start).header
  } catch (cause) {
    throw damaged(file, cause)
  } finally {
    await handle.close()
  }
}

/** @throws Problem `training/checkpoint-damaged` when a byte of it is not the one that was written. */
export async function readCheckpointFile(file: string): Promise<Checkpoint | undefined> {
  const bytes = await readFile(file).catch(absent)
  if (!bytes) return undefined
  try {
    const { digest, header, end } = headerOf(bytes)
    const found = createHash('sha256')
      .update(bytes.subarray(DIGEST_LENGTH + 1))
      .digest('hex')
    if (found !== digest) throw new Error(`sha256 is ${found}, expected ${digest}`)
    return { ...header, state: unpackState(bytes.subarray(end)) }
  } catch (cause) {
    throw damaged(file, cause)
  }
}

function headerOf(bytes: Buffer): { digest: string; header: CheckpointHeader; end: number } {
  const end = bytes.indexOf(NEWLINE, DIGEST_LENGTH + 1) + 1
  const digest = bytes.toString('latin1', 0, DIGEST_LENGTH)
  const header = headerSchema.parse(JSON.parse(bytes.toString('utf8', DIGEST_LENGTH + 1, end)))
  return { digest, header, end }
}

function absent(cause: NodeJS.ErrnoException): undefined {
  if (cause.code !== 'ENOENT') throw cause
}

function damaged(file: string, cause: unknown): Problem {
  return new Problem('training/checkpoint-damaged', {
    says: `A checkpoint is damaged, or another version of Whippet wrote it: ${file}.`,
    advice: 'Delete it; without one, the run starts again from its beginning.',
    cause,
  })
}
