import type { TensorId } from '../../../lib/backbone/graph.ts'
import { lookAt } from '../../../lib/classify/look.ts'
import { augment, viewSeed } from '../../../lib/preprocess/augment/augment.ts'
import { levelsOf, normaliseInto } from '../../../lib/preprocess/levels.ts'
import { placePicture } from '../../../lib/preprocess/place-picture.ts'
import type { Pixels, Preprocessing } from '../../../lib/preprocess/preprocessing.ts'
import type { InferenceSession } from '../../engines/inference-engine.ts'
import { type PictureTensors, packRow, type TensorLayout } from '../tensors/layout.ts'
import type { Rows, View } from './messages.ts'
import type { RowOf } from './pipeline.ts'

/** Rows of vectors, one look after the other; `featureMap` is read only where the looks need it. */
export function rowsOfLooks(
  session: InferenceSession,
  { cut, looks }: Extract<Rows, { kind: 'looks' }>,
  preprocessing: Preprocessing,
  featureMap: TensorId,
): RowOf {
  return async (pixels) => {
    const { seen } = await lookAt(pixels, { looks, preprocessing }, async (input) => {
      const output = await session.run(input)
      const features = output[cut]!.data
      const map = output[featureMap]
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
}

/** Rows of several tensors at once, of the picture as it is or of a random view. Pixels alone need no network. */
export function rowsOfTensors(
  session: InferenceSession | undefined,
  layout: TensorLayout,
  preprocessing: Preprocessing,
): RowOf {
  const levels = levelsOf(preprocessing)
  return async (pixels, hash, view) => {
    const { data } = viewOf(pixels, hash, view, preprocessing)
    const input = new Float32Array(data.length)
    const tensors: Record<TensorId, PictureTensors[TensorId]> = {}
    if (session) {
      normaliseInto(input, data, levels)
      const output = await session.run(input)
      for (const [id, { data: values }] of Object.entries(output)) tensors[id] = values
    }
    return packRow(layout, { ...tensors, image: data })
  }
}

/** A view of a picture on S × S pixels: placed as in evaluation, or at random. */
export function viewOf(
  pixels: Pixels,
  hash: string,
  { random }: Pick<View, 'random'>,
  preprocessing: Preprocessing,
): Pixels {
  if (!random) return placePicture(pixels, preprocessing)
  return augment(pixels, random.preset, preprocessing, viewSeed(random.seed, hash, random.index))
}
