import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { BackboneGraph } from '../../lib/backbone/graph.ts'
import { preprocessingSchema } from '../../lib/preprocess/preprocessing.ts'
import { Problem } from '../../lib/problem.ts'
import { openSharedFiles } from '../objects/shared-files.ts'

/** Stands beside every imported ONNX file: how it is fed, and what is read of it. */
export const importedBackboneSchema = z.object({
  name: z.string(),
  /** sha256 of the file beside this, hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Name of the file that it came from. */
  source: z.string(),
  preprocess: preprocessingSchema,
  input: z.string(),
  layout: z.enum(['nchw', 'nhwc']),
  /** The tensor that is read. A map is averaged over its pixels. */
  output: z.string(),
  /** Of the feature vector. */
  features: z.number().int().positive(),
  parameters: z.number().int().nonnegative(),
})
export type ImportedBackbone = z.infer<typeof importedBackboneSchema>

export function importedFolder(dataDir: string): string {
  return join(dataDir, 'backbones')
}

export function onnxFileOf(dataDir: string, name: string): string {
  return join(importedFolder(dataDir), `${name}.onnx`)
}

export function recordFileOf(dataDir: string, name: string): string {
  return join(importedFolder(dataDir), `${name}.json`)
}

/** @throws Problem `backbones/damaged` where what is there can't be read. */
export async function readImported(dataDir: string, name: string): Promise<ImportedBackbone | undefined> {
  if (!NAME.test(name)) return undefined
  const file = recordFileOf(dataDir, name)
  const shared = await openSharedFiles(dataDir)
  if (await shared.obtain(file)) await shared.obtain(onnxFileOf(dataDir, name))
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    return importedBackboneSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw damaged(name, file, cause)
  }
}

/** Names that can be a file's and an option's. */
export const NAME = /^[a-z0-9][a-z0-9_.-]{0,63}$/i

/** Every imported network, by name. */
export async function listImported(dataDir: string): Promise<ImportedBackbone[]> {
  const files = await readdir(importedFolder(dataDir)).catch(() => [])
  const names = files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length))
  const found = await Promise.all(names.sort().map((name) => readImported(dataDir, name)))
  return found.filter((record) => record !== undefined)
}

/** The ONNX file, whole. @throws Problem `backbones/damaged` when its sha256 is not the recorded one. */
export async function readOnnx(dataDir: string, { name, sha256 }: ImportedBackbone): Promise<Uint8Array> {
  const file = onnxFileOf(dataDir, name)
  const bytes = await readFile(file).catch((cause) => {
    throw damaged(name, file, cause)
  })
  if (sha256Of(bytes) === sha256) return bytes
  throw damaged(name, file)
}

/** All that its features depend on beside picture and preprocessing: the file, and what is fed and read of it. */
export function hashOfImported({ sha256, input, layout, output }: ImportedBackbone): string {
  return sha256Of(JSON.stringify([sha256, input, layout, output]))
}

/** Node of an imported network's features: the file's own name for them may be one of ours, like `classifier`. */
export const IMPORTED_FEATURES = 'features'

/** Its graph begins where we begin to see: with the vector that the file gives. */
export function graphOfImported({ features, preprocess }: ImportedBackbone): BackboneGraph {
  return {
    nodes: [{ op: 'image', id: IMPORTED_FEATURES, inputs: [], group: 'network', length: features }],
    groups: ['network'],
    size: preprocess.size,
    features: IMPORTED_FEATURES,
    featureMap: IMPORTED_FEATURES,
    stages: {},
  }
}

export function sha256Of(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex')
}

function damaged(name: string, file: string, cause?: unknown): Problem {
  return new Problem('backbones/damaged', {
    says: `The imported network "${name}" is damaged: ${file}.`,
    advice: `Import it again with "whippet backbones import ${name} model.onnx".`,
    cause,
  })
}
