import { readRunFolder, runFolder, writeRunFolder } from '../run-folder.ts'
import { tunedFile, writeTuned } from '../tuned-weights.ts'
import { latestHeader, readLatest } from './checkpoints.ts'
import { bestOf, modelOf } from './model-of.ts'

/**
 * Makes a run's model of its newest checkpoint, where that is newer than the model it has: its trainer ended before it
 * could.
 *
 * @returns whether the run has a model now.
 */
export async function keepModel(dataDir: string, run: string): Promise<boolean> {
  const folder = runFolder(dataDir, run)
  const kept = await readRunFolder(dataDir, run).catch(() => undefined)
  const newest = await latestHeader(folder)
  if (!newest || (kept?.record.checkpoint ?? 0) >= newest.number) return kept !== undefined
  const checkpoint = await readLatest(folder).catch(() => undefined)
  if (!checkpoint) return kept !== undefined
  const { head, tuned: changed } = modelOf(bestOf(checkpoint.state))
  const tuned = changed.size > 0 ? await writeTuned(tunedFile(folder), changed) : undefined
  const record = { ...checkpoint.record, checkpoint: checkpoint.number }
  await writeRunFolder(
    dataDir,
    { ...record, ...(tuned && { tuned: { ...tuned, tensors: [...tuned.tensors] } }) },
    head,
  )
  return true
}
