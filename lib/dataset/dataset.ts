export const SPLITS = ['train', 'validation', 'test'] as const
export type Split = (typeof SPLITS)[number]

/** One picture of a dataset version. */
export type Picture = {
  /** sha256 of the file's bytes, hex. Names the picture everywhere: blobs, thumbnails, feature cache. */
  readonly hash: string
  /** Index into the version's `classes`. */
  readonly label: number
  readonly split: Split
  /** Path inside the source, for people: `train/whippet/n02091134_1.jpg`. */
  readonly file: string
  readonly format: string
  /** After EXIF rotation, in pixels. */
  readonly width: number
  readonly height: number
  readonly sizeBytes: number
}

/** A version never changes once it is visible; a run names one. */
export type DatasetVersion = {
  readonly id: string
  readonly dataset: string
  readonly version: number
  /** In label order: as the folders are named, sorted by code point. */
  readonly classes: readonly string[]
  readonly counts: Readonly<Record<Split, number>>
  readonly split: SplitSettings
  readonly createdAt: string
}

/** Where the split came from, and what it takes to make it again. */
export type SplitSettings = {
  /** `folders`: the source had train/ and test/ (and maybe val/), and `shares` are those that its train/ was divided by;
   *  `random`: stratified by class with the seed. */
  readonly from: 'folders' | 'random'
  readonly seed: number
  readonly shares: Readonly<Record<Split, number>>
}
