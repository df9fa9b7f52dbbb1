import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type FineTuningState, packState, unpackState } from '../../../lib/fine-tuning/state.ts'
import { every } from '../../clock.ts'
import { writeDurably } from '../../files/write-durably.ts'

/** A crash loses no more than this, or an epoch where that is shorter. */
const EVERY_SECONDS = 30

/** Tells after a batch whether a checkpoint is due before the epoch is over; `WHIPPET_CHECKPOINT_SECONDS` changes how often. */
export function checkpointClock(): () => boolean {
  const given = Number(process.env.WHIPPET_CHECKPOINT_SECONDS || EVERY_SECONDS)
  return every((given >= 0 ? given : EVERY_SECONDS) * 1000, performance.now())
}

const fileOf = (runDir: string) => join(runDir, 'checkpoint.safetensors')

/** Writes all that training needs to go on, the last weights and the best ones, whole or not at all. */
export async function writeCheckpoint(runDir: string, state: FineTuningState): Promise<void> {
  await writeDurably(fileOf(runDir), packState(state))
}

/**
 * Where an earlier attempt at the run stood; undefined where it wrote nothing yet.
 *
 * @throws Problem `training/checkpoint-damaged`.
 */
export async function readCheckpoint(runDir: string): Promise<FineTuningState | undefined> {
  const bytes = await readFile(fileOf(runDir)).catch(() => undefined)
  return bytes && unpackState(bytes)
}
