import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { WeightStore } from '../../lib/backbone/graph.ts'
import { backboneEntry } from '../../lib/backbone/registry.ts'
import { parseSafetensors } from '../../lib/backbone/weights/safetensors.ts'
import { Problem } from '../../lib/problem.ts'
import { openSharedFiles, type SharedFiles } from '../objects/shared-files.ts'
import { type Provenance, provenanceSchema } from './provenance.ts'

const BUILT_IN = fileURLToPath(new URL('./built-in', import.meta.url))

export type LoadedWeights = {
  readonly weights: WeightStore
  /** sha256 of the file. Part of the feature cache's key. */
  readonly hash: string
  readonly provenance: Provenance
}

export function weightsFolder(dataDir: string): string {
  return join(dataDir, 'weights')
}

/**
 * A backbone's weights: the imported ones of the data folder, else those that are built in.
 *
 * @throws Problem `backbones/unknown`, `weights/absent`, `weights/damaged` when the sha256 is not the recorded one.
 */
export async function loadBackboneWeights(
  id: string,
  { dataDir }: { dataDir: string },
): Promise<LoadedWeights> {
  backboneEntry(id)
  const found =
    (await readIfThere(weightsFolder(dataDir), id, await openSharedFiles(dataDir))) ??
    (await readIfThere(BUILT_IN, id))
  if (!found) throw absent(id)
  const { file, bytes, provenance } = found
  const hash = createHash('sha256').update(bytes).digest('hex')
  if (hash !== provenance.sha256) {
    throw new Problem('weights/damaged', {
      says: `The weights of ${id} are damaged: sha256 is ${hash}, expected ${provenance.sha256}.`,
      advice: `Delete ${file}, then fetch them again with "whippet backbones get ${id}", or import them.`,
    })
  }
  return { weights: parseSafetensors(bytes), hash, provenance }
}

/** Lets the other machines of a team have a backbone's imported weights. */
export async function publishWeights(id: string, dataDir: string): Promise<void> {
  const shared = await openSharedFiles(dataDir)
  const folder = weightsFolder(dataDir)
  await shared.publish(fileOf(folder, id))
  // The record last: whoever finds it finds the weights.
  await shared.publish(join(folder, `${id}.json`))
}

/** Whether and where a backbone's weights are, without reading them. */
export async function weightsState(
  id: string,
  { dataDir }: { dataDir: string },
): Promise<'downloaded' | 'imported' | 'built in' | 'absent'> {
  const own = await readProvenance(weightsFolder(dataDir), id)
  if (own && existsSync(fileOf(weightsFolder(dataDir), id))) return own.download ? 'downloaded' : 'imported'
  return (await readProvenance(BUILT_IN, id)) ? 'built in' : 'absent'
}

function fileOf(folder: string, id: string): string {
  return join(folder, `${id}.safetensors`)
}

/** Weights of which only the record is left are not there: fetched again, they are held to it. */
async function readIfThere(folder: string, id: string, shared?: SharedFiles) {
  const file = fileOf(folder, id)
  if (shared && (await shared.obtain(join(folder, `${id}.json`)))) await shared.obtain(file)
  const provenance = await readProvenance(folder, id)
  if (!provenance) return undefined
  const bytes = await readFile(file).catch((cause) => {
    if (cause.code === 'ENOENT') return undefined
    throw new Problem('weights/damaged', {
      says: `The weights of ${id} can't be read: ${file}.`,
      advice: `Import them again with "whippet backbones import ${id} FILE".`,
      cause,
    })
  })
  return bytes && { file, bytes, provenance }
}

/** What is recorded of the weights in a folder. @throws Problem `weights/damaged` where that can't be read. */
export async function readProvenance(folder: string, id: string): Promise<Provenance | undefined> {
  const file = join(folder, `${id}.json`)
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    return provenanceSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new Problem('weights/damaged', {
      says: `What ${file} says about the weights of ${id} can't be read.`,
      advice: `Delete it, then fetch them with "whippet backbones get ${id}", or import them.`,
      cause,
    })
  }
}

function absent(id: string): Problem {
  return new Problem('weights/absent', {
    says: `The pretrained weights of ${id} are not here.`,
    advice: `Fetch them with "whippet backbones get ${id}", or get ${backboneEntry(id).weights.home} as a safetensors file and run "whippet backbones import ${id} FILE".`,
  })
}
