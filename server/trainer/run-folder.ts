import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type Head, headFromTensors, headTensors } from '../../lib/backbone/head.ts'
import { parseSafetensors, writeSafetensors } from '../../lib/backbone/weights/safetensors.ts'
import { evaluationSummarySchema } from '../../lib/evaluation/summary.ts'
import { preprocessingSchema } from '../../lib/preprocess/preprocessing.ts'
import { Problem } from '../../lib/problem.ts'
import { runSettingsSchema } from '../../lib/run/settings.ts'
import { writeDurably } from '../files/write-durably.ts'
import { openSharedFiles } from '../objects/shared-files.ts'
import { type Fence, UNFENCED } from './fence.ts'

/** What a run leaves behind beside its head: enough to evaluate, classify and export without the database. */
export const runRecordSchema = z.object({
  version: z.literal(1),
  run: z.string(),
  backbone: z.string(),
  weightsHash: z.string(),
  preprocessing: preprocessingSchema,
  classes: z.array(z.string()),
  dataset: z.object({ version: z.string(), name: z.string() }),
  settings: runSettingsSchema,
  /** What fine-tuning changed in the backbone, beside the head in a file of its own; absent where it stayed as it was. */
  tuned: z.object({ tensors: z.array(z.string()), sha256: z.string() }).optional(),
  /** The checkpoint that it was made of; absent where the run trains without. */
  checkpoint: z.number().int().positive().optional(),
  /** Absent where the run had no validation pictures, or was stopped before they were judged. */
  calibration: z.object({ temperature: z.number(), notSureBelow: z.number() }).optional(),
  /** Absent where the run was stopped before its evaluation, or its dataset has no test split. */
  evaluation: evaluationSummarySchema.optional(),
})
export type RunRecord = z.infer<typeof runRecordSchema>

export function runFolder(dataDir: string, run: string): string {
  return join(dataDir, 'runs', run)
}

/** Whether a run has kept a head that can be read back. */
export async function hasKeptModel(dataDir: string, run: string): Promise<boolean> {
  return readRunFolder(dataDir, run).then(
    () => true,
    () => false,
  )
}

/** Writes head and record so that a reader sees the old or the new, never a part (temporary name, fsync, rename). */
export async function writeRunFolder(
  dataDir: string,
  record: RunRecord,
  head: Head,
  fence: Fence = UNFENCED,
): Promise<void> {
  const folder = runFolder(dataDir, record.run)
  await writeDurably(join(folder, 'head.safetensors'), writeSafetensors(headTensors(head)), fence)
  await writeDurably(
    join(folder, 'record.json'),
    new TextEncoder().encode(JSON.stringify(runRecordSchema.parse(record), null, 1)),
    fence,
  )
}

/** @throws Problem `runs/no-model` when the run kept none, `runs/damaged` when what it kept can't be read. */
export async function readRunFolder(
  dataDir: string,
  run: string,
): Promise<{ record: RunRecord; head: Head }> {
  const folder = runFolder(dataDir, run)
  // Another machine may have done it, or done it again.
  await (await openSharedFiles(dataDir)).pullFolder(folder)
  const read = (file: string) =>
    readFile(join(folder, file)).catch((cause) => {
      throw new Problem('runs/no-model', {
        says: `Run ${run} has kept no model.`,
        advice: 'Only a run that succeeded, or was stopped while training, has one: see "whippet runs".',
        cause,
      })
    })
  const [recordBytes, headBytes] = [await read('record.json'), await read('head.safetensors')]
  try {
    const record = runRecordSchema.parse(JSON.parse(new TextDecoder().decode(recordBytes)))
    return { record, head: headFromTensors(parseSafetensors(headBytes)) }
  } catch (cause) {
    throw new Problem('runs/damaged', {
      says: `The files of run ${run} in ${folder} are damaged.`,
      advice: 'Train it again: a warm feature cache makes that quick.',
      cause,
    })
  }
}
