import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { io } from '@tensorflow/tfjs-core'
import { type Manifest, manifestSchema } from '../../../lib/export/manifest.ts'
import { Problem } from '../../../lib/problem.ts'

/** @throws Problem `export/damaged` when the folder holds no bundle of this version. */
export async function readManifest(folder: string): Promise<Manifest> {
  try {
    return manifestSchema.parse(JSON.parse(await readFile(join(folder, 'model.json'), 'utf8')))
  } catch (cause) {
    throw damaged(folder, 'model.json can’t be read', cause)
  }
}

/**
 * One model of a bundle as it lies on disk, for `tf.loadGraphModel`.
 *
 * @throws Problem `export/damaged` when a file is not what the manifest says (sha256).
 */
export function modelOnDisk(folder: string, model: Manifest['models'][number]): io.IOHandler {
  const read = async (path: string) => {
    const bytes = await readFile(join(folder, path))
    const want = model.files.find((file) => file.path === path)?.sha256
    const got = createHash('sha256').update(bytes).digest('hex')
    if (got !== want) throw damaged(folder, `the sha256 of ${path} is ${got} and should be ${want}`)
    return bytes
  }
  return {
    async load() {
      const { weightsManifest, ...rest } = JSON.parse((await read(model.model)).toString()) as io.ModelJSON
      const names = weightsManifest.flatMap(({ paths }) => paths)
      const shards = await Promise.all(names.map((name) => read(`${dirname(model.model)}/${name}`)))
      const { buffer, byteOffset, byteLength } = new Uint8Array(Buffer.concat(shards))
      return {
        ...rest,
        weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
        weightData: buffer.slice(byteOffset, byteOffset + byteLength),
      }
    },
  }
}

function damaged(folder: string, why: string, cause?: unknown): Problem {
  return new Problem('export/damaged', {
    says: `The bundle in ${folder} is damaged: ${why}.`,
    advice: 'Check the disk and export again.',
    cause,
  })
}
