import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { writeSafetensors } from '../../../lib/backbone/weights/safetensors.ts'
import { preprocess } from '../../../lib/preprocess/preprocess.ts'
import type { Preprocessing } from '../../../lib/preprocess/preprocessing.ts'
import { decodePicture } from '../../datasets/decoder/decode.ts'
import type { Device } from '../../devices/device.ts'
import { onnxruntimeEngine } from '../../engines/onnxruntime/engine.ts'
import { SELF_TEST_GRAPH } from '../../engines/self-test/network.ts'
import { selfTestWeights } from '../../engines/self-test/self-test.ts'
import type { Extraction } from '../extract.ts'

export const PREPROCESSING: Preprocessing = {
  size: SELF_TEST_GRAPH.size,
  resize: 'squash',
  cropFraction: 1,
  interpolation: 'bicubic',
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
}

/** Real files and a small network: an extraction, and what it is to come to. */
export type MadeUpExtraction = {
  /** Where the files are. */
  readonly source: string
  /** On two simulated devices; only where the cache is, is left to say. */
  readonly base: Omit<Extraction, 'cacheDir'>
  /** `[pictures, 4]`, computed in this process. */
  readonly want: Float32Array
  remove(): void
}

export async function madeUpExtraction(count: number): Promise<MadeUpExtraction> {
  const source = mkdtempSync(join(tmpdir(), 'whippet-pictures-'))
  const pictures = await Promise.all(Array.from({ length: count }, (_, n) => madeUpPicture(source, n)))
  const weights = selfTestWeights()
  const bytes = writeSafetensors(new Map(weights.names().map((name) => [name, weights.get(name)])))
  const path = join(source, 'weights.safetensors')
  writeFileSync(path, bytes)
  return {
    source,
    base: {
      pictures,
      graph: SELF_TEST_GRAPH,
      weights: { source: { kind: 'file', path }, hash: sha256(bytes) },
      preprocessing: PREPROCESSING,
      devices: simulated(2),
    },
    want: await inThisProcess(pictures),
    remove: () => rmSync(source, { recursive: true }),
  }
}

/** One thread each. */
export function simulated(count: number): Device[] {
  return Array.from({ length: count }, (_, index) => ({ id: `cpu:${index}`, kind: 'cpu', index, threads: 1 }))
}

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

/** Noise, and its number in a corner: no two are alike. */
async function madeUpPicture(source: string, n: number) {
  const noise = Uint8Array.from({ length: 12 * 16 * 3 }, (_, i) =>
    i < 3 ? n >> (8 * i) : i * 31 + n * 17 + ((i * n) % 97),
  )
  const path = join(source, `${n}.png`)
  await sharp(noise, { raw: { width: 16, height: 12, channels: 3 } })
    .png()
    .toFile(path)
  return { hash: sha256(readFileSync(path)), path }
}

async function inThisProcess(pictures: Extraction['pictures']): Promise<Float32Array> {
  const session = await onnxruntimeEngine({ threads: 1 }).open(SELF_TEST_GRAPH, selfTestWeights(), ['pool'])
  const rows = new Float32Array(pictures.length * 4)
  for (const [n, { path }] of pictures.entries()) {
    const input = preprocess(await decodePicture(readFileSync(path)), PREPROCESSING)
    rows.set((await session.run(input)).pool!.data, n * 4)
  }
  await session.close()
  return rows
}
