import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { WeightStore, WeightTensor } from '../../lib/backbone/graph.ts'
import { parseSafetensors, writeSafetensors } from '../../lib/backbone/weights/safetensors.ts'
import { overlaid } from '../../lib/fine-tuning/overlaid.ts'
import { Problem } from '../../lib/problem.ts'
import { writeDurably } from '../files/write-durably.ts'
import { type Fence, UNFENCED } from './fence.ts'

/** What a run changed in its backbone: names of the tensors, and the sha256 of the file that has them. */
export type TunedWeights = { readonly tensors: readonly string[]; readonly sha256: string }

/** Where a run's folder has the backbone's tensors that it changed. */
export function tunedFile(folder: string): string {
  return join(folder, 'backbone.safetensors')
}

/** Writes the backbone's tensors that a run changed. */
export async function writeTuned(
  file: string,
  changed: ReadonlyMap<string, WeightTensor>,
  fence: Fence = UNFENCED,
): Promise<TunedWeights> {
  const bytes = writeSafetensors(changed)
  await writeDurably(file, bytes, fence)
  return { tensors: [...changed.keys()], sha256: sha256(bytes) }
}

/**
 * What a run changed in its backbone; undefined where there is no such file.
 *
 * @throws Problem `runs/damaged` when the file can't be read.
 */
export async function readTuned(
  file: string,
): Promise<{ tensors: ReadonlyMap<string, WeightTensor>; sha256: string } | undefined> {
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined
    throw damaged(file, cause)
  })
  if (!bytes) return undefined
  const store = parsed(file, bytes)
  return { tensors: new Map(store.names().map((name) => [name, store.get(name)])), sha256: sha256(bytes) }
}

/**
 * A backbone's weights as a run left them.
 *
 * @param tuned what the run's record says that it changed.
 * @throws Problem `runs/damaged` when the file is not the one that was recorded.
 */
export async function withTuned(
  weights: WeightStore,
  folder: string,
  tuned: TunedWeights | undefined,
): Promise<WeightStore> {
  if (!tuned) return weights
  const file = tunedFile(folder)
  const read = await readTuned(file)
  if (read?.sha256 !== tuned.sha256) throw damaged(file)
  return overlaid(weights, read.tensors)
}

/** Identifies weights that a run has changed: the feature cache's key. */
export function hashWithTuned(weightsHash: string, tuned: Pick<TunedWeights, 'sha256'> | undefined): string {
  return tuned ? sha256(`${weightsHash} ${tuned.sha256}`) : weightsHash
}

function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex')
}

function parsed(file: string, bytes: Uint8Array): WeightStore {
  try {
    return parseSafetensors(bytes)
  } catch (cause) {
    throw damaged(file, cause)
  }
}

function damaged(file: string, cause?: unknown): Problem {
  return new Problem('runs/damaged', {
    says: `What the run trained in its backbone can't be read back: ${file} is gone or damaged.`,
    advice: 'Train it again: a warm feature cache makes that quicker.',
    cause,
  })
}
