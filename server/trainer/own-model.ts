import { Problem } from '../../lib/problem.ts'
import type { StartFrom } from '../../lib/run/settings.ts'
import { openSharedFiles } from '../objects/shared-files.ts'
import { readLatest } from './fine-tuning/checkpoints.ts'
import { bestOf, modelOf, type TunedModel } from './fine-tuning/model-of.ts'
import { type RunRecord, readRunFolder, runFolder } from './run-folder.ts'
import { readTuned, tunedFile } from './tuned-weights.ts'

/** A run's model with what it says of itself. */
export type OwnModel = TunedModel & { readonly record: RunRecord }

/**
 * The model of a run that another run starts from: the best is what it kept, or has in its checkpoint while it has kept
 * nothing; the last is its checkpoint as training left it. A run without checkpoints has one model, which is both.
 *
 * @throws Problem `runs/no-model`, `runs/damaged`, `training/checkpoint-damaged`.
 */
export async function readOwnModel(dataDir: string, { run, checkpoint }: StartFrom): Promise<OwnModel> {
  const kept = () => readKept(dataDir, run)
  const fromCheckpoint = async () => {
    const folder = runFolder(dataDir, run)
    // Another machine may have done it.
    await (await openSharedFiles(dataDir)).pullFolder(folder)
    const latest = await readLatest(folder)
    const weights = latest && (checkpoint === 'last' ? latest.state.weights : bestOf(latest.state))
    return weights && { ...modelOf(weights), record: latest.record }
  }
  if (checkpoint === 'last') return (await fromCheckpoint()) ?? (await kept())
  try {
    return await kept()
  } catch (thrown) {
    if (!(thrown instanceof Problem) || thrown.code !== 'runs/no-model') throw thrown
    const found = await fromCheckpoint()
    if (!found) throw thrown
    return found
  }
}

async function readKept(dataDir: string, run: string): Promise<OwnModel> {
  const { record, head } = await readRunFolder(dataDir, run)
  if (!record.tuned) return { record, head, tuned: new Map() }
  const file = tunedFile(runFolder(dataDir, run))
  const tuned = await readTuned(file)
  if (tuned?.sha256 === record.tuned.sha256) return { record, head, tuned: tuned.tensors }
  throw new Problem('runs/damaged', {
    says: `What run ${run} trained in its backbone can't be read back: ${file} is gone or damaged.`,
    advice: 'Start from its last checkpoint (checkpoint: last), or from another run.',
  })
}
