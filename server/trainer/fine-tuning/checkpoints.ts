import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { FineTuningState } from '../../../lib/fine-tuning/state.ts'
import { Problem } from '../../../lib/problem.ts'
import { every } from '../../clock.ts'
import type { Fence } from '../fence.ts'
import type { RunRecord } from '../run-folder.ts'
import {
  type Checkpoint,
  type CheckpointHeader,
  readCheckpointFile,
  readCheckpointHeader,
  writeCheckpointFile,
} from './checkpoint-file.ts'

/** A crash loses no more than this, or an epoch where that is shorter. */
const EVERY_SECONDS = 30

/** Tells after a batch whether a checkpoint is due before the epoch is over; `WHIPPET_CHECKPOINT_SECONDS` changes how often. */
export function checkpointClock(): () => boolean {
  const given = Number(process.env.WHIPPET_CHECKPOINT_SECONDS || EVERY_SECONDS)
  return every((given >= 0 ? given : EVERY_SECONDS) * 1000, performance.now())
}

/** A run's checkpoints: the last, and the one before it. Each has the best weights so far in it. */
export type Checkpoints = {
  /** The newest that is whole. `damaged`: why a newer one could not be taken. */
  readonly latest: (Checkpoint & { readonly damaged?: Problem }) | undefined
  /** Writes in the older one's place: the newest whole one stays until the new one is whole. */
  write(state: FineTuningState, record: RunRecord): Promise<void>
  /** Of the newest; 0 before the first. */
  number(): number
  /** Removes the one before the newest: training is over, and it takes room. */
  keepNewest(): Promise<void>
}

const filesOf = (runDir: string) => [join(runDir, 'checkpoint.0'), join(runDir, 'checkpoint.1')] as const

/** @throws Problem `training/checkpoint-damaged` where there are checkpoints and none is whole. */
export async function openCheckpoints(runDir: string, fence?: Fence): Promise<Checkpoints> {
  const files = filesOf(runDir)
  const latest = await readLatest(runDir)
  let number = latest?.number ?? 0
  return {
    latest,
    number: () => number,
    keepNewest: () => rm(files[(number + 1) % 2]!, { force: true }),
    async write(state, record) {
      await writeCheckpointFile(files[(number + 1) % 2]!, { number: number + 1, state, record }, fence)
      number++
    },
  }
}

/** What the newest checkpoint says of itself; undefined where none can be read. Its weights may still be damaged. */
export async function latestHeader(runDir: string): Promise<CheckpointHeader | undefined> {
  const headers = await Promise.all(
    filesOf(runDir).map((file) => readCheckpointHeader(file).catch(() => undefined)),
  )
  return headers.reduce((a, b) => ((b?.number ?? 0) > (a?.number ?? 0) ? b : a))
}

/** The newest checkpoint that is whole; undefined where none was written. @throws as {@link openCheckpoints}. */
export async function readLatest(runDir: string): Promise<Checkpoints['latest']> {
  const found: Checkpoint[] = []
  let damaged: Problem | undefined
  for (const file of filesOf(runDir)) {
    try {
      const checkpoint = await readCheckpointFile(file)
      if (checkpoint) found.push(checkpoint)
    } catch (thrown) {
      damaged = Problem.from(thrown)
    }
  }
  const [newest] = found.sort((a, b) => b.number - a.number)
  if (!newest && damaged) throw damaged
  return newest && { ...newest, ...(damaged && { damaged }) }
}
