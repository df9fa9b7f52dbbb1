import type { io } from '@tensorflow/tfjs-core'
import { type BundleFile, type Manifest, manifestSchema } from '../../export/manifest.ts'
import { Problem } from '../../problem.ts'
import { fileUrl } from './file-url.ts'
import { sha256 } from './sha256.ts'

export type BundleModel = Manifest['models'][number]

/** Bytes that have come, of all. */
export type Progress = { readonly loaded: number; readonly total: number }

/**
 * What a bundle says of itself. `base` is the URL of its folder, with a slash at the end.
 *
 * @throws Problem `export/damaged` when `model.json` does not come or is of another version.
 */
export async function fetchManifest(base: string): Promise<Manifest> {
  try {
    const response = await fetch(new URL('model.json', base))
    if (!response.ok) throw new Error(`status ${response.status}`)
    return manifestSchema.parse(await response.json())
  } catch (cause) {
    throw new Problem('export/damaged', {
      says: 'The description of the model (model.json) did not come or can’t be read.',
      advice: 'Check the connection and that the whole folder is on the server, then reload.',
      cause,
    })
  }
}

/**
 * One model of a bundle, checked against the manifest's hashes; `tf.io.fromMemory` makes it loadable, any number of times.
 *
 * @throws Problem `export/damaged` when a file does not come or is not what the manifest says.
 */
export async function fetchModel(
  base: string,
  model: BundleModel,
  onProgress: (progress: Progress) => void,
): Promise<io.ModelArtifacts> {
  const total = model.files.reduce((sum, { bytes }) => sum + bytes, 0)
  let loaded = 0
  const onBytes = (bytes: number) => {
    loaded += bytes
    onProgress({ loaded, total })
  }
  onBytes(0)
  const all = await Promise.all(
    model.files.map(async (file) => [file.path, await fetchFile(base, file, onBytes)] as const),
  )
  return artifactsOf(model, new Map(all))
}

async function fetchFile(
  base: string,
  file: BundleFile,
  onBytes: (bytes: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(file.bytes)
  let at = 0
  try {
    const response = await fetch(fileUrl(base, file))
    if (!response.ok || !response.body) throw new Error(`status ${response.status}`)
    const reader = response.body.getReader()
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      bytes.set(read.value, at)
      at += read.value.length
      onBytes(read.value.length)
    }
  } catch (cause) {
    // More bytes than the manifest says are as wrong as others.
    throw damaged(
      file.path,
      cause instanceof RangeError ? 'is longer than it should be' : 'did not come',
      cause,
    )
  }
  if (at !== file.bytes) throw damaged(file.path, `has ${at} bytes instead of ${file.bytes}`)
  const got = await sha256(bytes)
  if (got !== file.sha256) throw damaged(file.path, `has the sha256 ${got} and should have ${file.sha256}`)
  return bytes
}

function artifactsOf(model: BundleModel, files: ReadonlyMap<string, Uint8Array>): io.ModelArtifacts {
  const { weightsManifest, ...rest } = JSON.parse(
    new TextDecoder().decode(files.get(model.model)),
  ) as io.ModelJSON
  const folder = model.model.replace(/[^/]*$/, '')
  const shards = weightsManifest.flatMap(({ paths }) => paths).map((path) => files.get(folder + path)!)
  const weightData = new Uint8Array(shards.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const shard of shards) {
    weightData.set(shard, at)
    at += shard.length
  }
  return {
    ...rest,
    weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
    weightData: weightData.buffer,
  } as io.ModelArtifacts
}

function damaged(path: string, why: string, cause?: unknown): Problem {
  return new Problem('export/damaged', {
    says: `A file of the model, ${path}, ${why}.`,
    advice: 'Check the connection and reload; if it happens again, the bundle must be exported again.',
    cause,
  })
}
