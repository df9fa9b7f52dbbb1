import type { ExampleSource } from '../../../lib/fine-tuning/source.ts'
import type { View } from '../../features/extractor/messages.ts'
import type { DecodeThreads } from './decode-threads/threads.ts'

export type DecodedPicture = { readonly hash: string; readonly path: string; readonly label: number }

/**
 * Pictures decoded anew for every batch, for what is too large to cache: every epoch sees a view of its own.
 *
 * @param size of an input's side.
 * @param randomAt the view of an epoch; absent: the picture as it is.
 */
export function decodedSource(
  pictures: readonly DecodedPicture[],
  { threads, size }: { threads: DecodeThreads; size: number },
  randomAt?: (epoch: number) => View['random'],
): ExampleSource {
  const values = size ** 2 * 3
  return {
    labels: Int32Array.from(pictures, ({ label }) => label),
    gives: ['image'],
    async read(rows, epoch) {
      const random = randomAt?.(epoch)
      const batch = new Float32Array(rows.length * values)
      await Promise.all(
        [...rows].map(async (row, i) => {
          const { hash, path } = pictures[row]!
          batch.set(await threads.input({ hash, path, ...(random && { random }) }), i * values)
        }),
      )
      return new Map([['image', batch]])
    },
  }
}
