import type { Picture, Split } from '../../lib/dataset/dataset.ts'
import type { ExportSettings } from './settings.ts'

/** So many pictures tell a model that disagrees from one that rounds otherwise. */
const ENOUGH = 64

/** Those that the run never saw come first; a tiny dataset is filled up with the ones that it was trained on. */
const ORDER: readonly Split[] = ['test', 'validation', 'train']

/**
 * The pictures that the parity gate compares on: min({@link ENOUGH}, all), held-out ones first. Within a split they are taken
 * in the order of their hashes, which is the same on every machine and spreads over the classes.
 */
export function chooseGatePictures(
  pictures: readonly Picture[],
  pathOf: (hash: string) => string,
): ExportSettings['gatePictures'] {
  return ORDER.flatMap((split) =>
    pictures
      .filter((picture) => picture.split === split)
      .sort((a, b) => (a.hash < b.hash ? -1 : 1))
      .map(({ hash }) => ({ hash, path: pathOf(hash), heldOut: split !== 'train' })),
  ).slice(0, ENOUGH)
}
