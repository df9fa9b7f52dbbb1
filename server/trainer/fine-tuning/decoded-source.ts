import { readFile } from 'node:fs/promises'
import type { ExampleSource } from '../../../lib/fine-tuning/source.ts'
import { levelsOf, normaliseInto } from '../../../lib/preprocess/levels.ts'
import type { Preprocessing } from '../../../lib/preprocess/preprocessing.ts'
import { decodePicture } from '../../datasets/decoder/decode.ts'
import type { View } from '../../features/extractor/messages.ts'
import { unreadable } from '../../features/extractor/pipeline.ts'
import { viewOf } from '../../features/extractor/rows.ts'

export type DecodedPicture = { readonly hash: string; readonly path: string; readonly label: number }

/**
 * Pictures decoded anew for every batch, for what is too large to cache: every epoch sees a view of its own.
 *
 * @param randomAt the view of an epoch; absent: the picture as it is.
 */
export function decodedSource(
  pictures: readonly DecodedPicture[],
  preprocessing: Preprocessing,
  randomAt?: (epoch: number) => View['random'],
): ExampleSource {
  const levels = levelsOf(preprocessing)
  const values = preprocessing.size ** 2 * 3
  return {
    labels: Int32Array.from(pictures, ({ label }) => label),
    gives: ['image'],
    async read(rows, epoch) {
      const batch = new Float32Array(rows.length * values)
      const random = randomAt?.(epoch)
      const decoded = await Promise.all([...rows].map((row) => decode(pictures[row]!)))
      for (const [i, pixels] of decoded.entries()) {
        const { hash } = pictures[rows[i]!]!
        const { data } = viewOf(pixels, hash, { ...(random && { random }) }, preprocessing)
        normaliseInto(batch.subarray(i * values, (i + 1) * values), data, levels)
      }
      return new Map([['image', batch]])
    },
  }
}

async function decode({ path }: DecodedPicture) {
  try {
    return await decodePicture(await readFile(path))
  } catch (cause) {
    throw unreadable(path, cause)
  }
}
