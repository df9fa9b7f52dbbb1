import { readFile } from 'node:fs/promises'
import type { TensorId } from '../../../lib/backbone/graph.ts'
import { type Looks, lookAt } from '../../../lib/classify/look.ts'
import type { Pixels, Preprocessing } from '../../../lib/preprocess/preprocessing.ts'
import { Problem } from '../../../lib/problem.ts'
import { decodePicture } from '../../datasets/decoder/decode.ts'
import type { InferenceSession } from '../../engines/inference-engine.ts'
import type { SegmentWriter } from '../cache/segment.ts'
import type { PictureFile } from './messages.ts'

/** Pictures being decoded ahead of the engine: enough that it never waits, few enough to bound the memory. */
const AHEAD = 3

export type Pipeline = {
  session: InferenceSession
  cut: TensorId
  /** Read only where the looks need it. */
  featureMap: TensorId
  preprocessing: Preprocessing
  looks: Looks
  segment: SegmentWriter
  onExtracted: (hash: string) => void
}

type Decoded = { hash: string; pixels: Pixels } | { problem: Problem }

/**
 * Picture files to rows of a segment: libuv's threads read and decode the next pictures while the engine has this one.
 * `pictures` may grow while it runs; it ends when they are used up.
 *
 * @throws Problem `features/unreadable` on a picture that can't be read or decoded.
 */
export async function extractAll(pictures: PictureFile[], pipeline: Pipeline): Promise<void> {
  const { segment, onExtracted } = pipeline
  const ahead: Promise<Decoded>[] = []
  while (true) {
    while (ahead.length < AHEAD && pictures.length > 0) ahead.push(decode(pictures.shift()!))
    const decoded = await ahead.shift()
    if (!decoded) return
    if ('problem' in decoded) throw decoded.problem
    segment.append(decoded.hash, await featuresOf(decoded.pixels, pipeline))
    onExtracted(decoded.hash)
  }
}

/** The looks' vectors, one after the other. */
async function featuresOf(pixels: Pixels, pipeline: Pipeline): Promise<Float32Array> {
  const { session, cut, featureMap: mapId } = pipeline
  const { seen } = await lookAt(pixels, pipeline, async (input) => {
    const output = await session.run(input)
    const features = output[cut]!.data
    const map = output[mapId]
    if (!map) return { features }
    const [, height = 0, width = 0, channels = 0] = map.shape
    return { features, featureMap: { data: map.data, height, width, channels } }
  })
  const [first, ...more] = seen.map(({ features }) => features)
  if (more.length === 0) return first!
  const all = new Float32Array(seen.length * first!.length)
  for (const [look, { features }] of seen.entries()) all.set(features, look * features.length)
  return all
}

/** Never rejects: nobody may be waiting for it yet. */
async function decode({ hash, path }: PictureFile): Promise<Decoded> {
  try {
    return { hash, pixels: await decodePicture(await readFile(path)) }
  } catch (cause) {
    return { problem: unreadable(path, cause) }
  }
}

function unreadable(path: string, cause: unknown): Problem {
  return new Problem('features/unreadable', {
    says: `The picture ${path} can't be read any more: ${Problem.from(cause).says}`,
    advice: 'It was intact when it was imported. Check the disk, or import the dataset again.',
    cause,
  })
}
