import { readFile } from 'node:fs/promises'
import type { Pixels } from '../../../lib/preprocess/preprocessing.ts'
import { Problem } from '../../../lib/problem.ts'
import { decodePicture } from '../../datasets/decoder/decode.ts'
import type { SegmentWriter } from '../cache/segment.ts'
import type { PictureFile, View } from './messages.ts'

/** Pictures being decoded ahead of the engine: enough that it never waits, few enough to bound the memory. */
const AHEAD = 3

/** What a view of a picture comes to: the words of its row. */
export type RowOf = (pixels: Pixels, hash: string, view: View) => Promise<Float32Array>

export type Pipeline = {
  readonly rowOf: RowOf
  readonly views: readonly (View & { readonly segment: SegmentWriter })[]
  readonly onExtracted: (hash: string) => void
}

type Decoded = { picture: PictureFile; pixels: Pixels } | { problem: Problem }

/**
 * Picture files to rows of segments: libuv's threads read and decode the next pictures while the engine has this one. A
 * picture is decoded once for all its views. `pictures` may grow while it runs; it ends when they are used up.
 *
 * @throws Problem `features/unreadable` on a picture that can't be read or decoded.
 */
export async function extractAll(pictures: PictureFile[], pipeline: Pipeline): Promise<void> {
  const { rowOf, views, onExtracted } = pipeline
  const ahead: Promise<Decoded>[] = []
  while (true) {
    while (ahead.length < AHEAD && pictures.length > 0) ahead.push(decode(pictures.shift()!))
    const decoded = await ahead.shift()
    if (!decoded) return
    if ('problem' in decoded) throw decoded.problem
    const { picture, pixels } = decoded
    for (const [index, view] of views.entries()) {
      if (picture.views && !picture.views.includes(index)) continue
      view.segment.append(picture.hash, await rowOf(pixels, picture.hash, view))
    }
    onExtracted(picture.hash)
  }
}

/** Never rejects: nobody may be waiting for it yet. */
async function decode(picture: PictureFile): Promise<Decoded> {
  try {
    return { picture, pixels: await decodePicture(await readFile(picture.path)) }
  } catch (cause) {
    return { problem: unreadable(picture.path, cause) }
  }
}

/** An imported picture that is gone or damaged. */
export function unreadable(path: string, cause: unknown): Problem {
  return new Problem('features/unreadable', {
    says: `The picture ${path} can't be read any more: ${Problem.from(cause).says}`,
    advice: 'It was intact when it was imported. Check the disk, or import the dataset again.',
    cause,
  })
}
