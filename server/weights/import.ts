import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { backboneEntry } from '../../lib/backbone/registry.ts'
import { takeBackboneWeights } from '../../lib/backbone/weights/check.ts'
import {
  parseSafetensors,
  type StoredPrecision,
  safetensorsMetadata,
  writeSafetensors,
} from '../../lib/backbone/weights/safetensors.ts'
import { Problem } from '../../lib/problem.ts'
import { writeDurably } from '../files/write-durably.ts'
import type { Provenance } from './provenance.ts'

export type WeightsImport = {
  id: string
  /** A safetensors file with timm's names. */
  file: string
  /** Where `<id>.safetensors` and `<id>.json` go. */
  folder: string
  /** Rounds convolutions to 16 bits (batch norm stays 32): half the size, features within 1e-3. */
  halves?: boolean
  /** Of a file that was downloaded. */
  download?: Provenance['download']
}

/**
 * Takes a backbone's weights from a file, its classifier left out, and records where they came from.
 *
 * @throws Problem `backbones/unknown`, `weights/unreadable`, `weights/damaged`, `weights/misfit`.
 */
export async function importWeights({
  id,
  file,
  folder,
  halves = false,
  download,
}: WeightsImport): Promise<Provenance> {
  const entry = backboneEntry(id)
  const source = await readFile(file).catch((cause) => {
    throw new Problem('weights/unreadable', {
      says: `The file ${file} can't be read.`,
      advice: 'Check its path.',
      cause,
    })
  })
  const tensors = takeBackboneWeights(id, entry.build(), parseSafetensors(source))
  const precisionOf = (_: string, { shape }: { shape: readonly number[] }): StoredPrecision =>
    halves && shape.length > 1 ? 'F16' : 'F32'
  const bytes = writeSafetensors(tensors, { precisionOf })
  const provenance: Provenance = {
    backbone: id,
    sha256: sha256(bytes),
    sourceSha256: sha256(source),
    source: safetensorsMetadata(source).source ?? download?.home ?? basename(file),
    licence: entry.weights.licence,
    ...(download && { download }),
  }
  await writeDurably(join(folder, `${id}.safetensors`), bytes)
  await writeDurably(join(folder, `${id}.json`), `${JSON.stringify(provenance, null, 2)}\n`)
  return provenance
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
