import { byCodePoint } from './code-points.ts'
import type { Split } from './dataset.ts'
import type { Skipped, Warning } from './report.ts'
import { skippedByPath } from './source-path.ts'

/** A file that lies where a picture may lie. */
export type Placed = {
  /** As the source names it. */
  readonly file: string
  /** NFC. */
  readonly className: string
  /** Undefined where the source has no split. */
  readonly split: Split | undefined
}

export type Layout = {
  /** Sorted by path, code point by code point. */
  readonly placed: readonly Placed[]
  readonly skipped: readonly Skipped[]
  readonly warnings: readonly Warning[]
  readonly from: 'folders' | 'random'
}

const SPLIT_NAMES: Readonly<Record<string, Split>> = {
  train: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  test: 'test',
}

/** Good enough to tell a class folder from one with a read-me in it; what is a picture is decided by content. */
const PICTURE_NAME = /\.(jpe?g|jfif|png|webp|gif|avif|tiff?|bmp|hei[cf])$/i

type Path = { readonly file: string; readonly parts: readonly string[] }

/**
 * Class and split of every file by its path (`/` between the parts): class folders, under `train/`, `test/` and maybe
 * `val/`, or without a split; all of it under any number of single top folders.
 */
export function layOut(files: readonly string[]): Layout {
  const skipped: Skipped[] = []
  const paths: Path[] = []
  for (const file of [...files].sort(byCodePoint)) {
    const why = skippedByPath(file)
    if (why) skipped.push(why)
    else paths.push({ file, parts: file.split('/').filter((part) => part !== '' && part !== '.') })
  }
  const depth = rootDepth(paths)
  const splits = splitsAt(paths, depth)
  const warnings: Warning[] = []
  const valIsTest = splits && ![...splits.values()].includes('test')
  if (valIsTest) warnings.push(validationAsTest())

  const placed: Placed[] = []
  for (const { file, parts } of paths) {
    const folders = parts.slice(depth, -1)
    const named = splits?.get(folders[0] ?? '')
    const className = splits ? folders[1] : folders[0]
    if (splits && folders.length > 0 && named === undefined) skipped.push(outsideSplit(file))
    else if (className === undefined) skipped.push(noClass(file))
    else {
      const split = valIsTest && named === 'validation' ? 'test' : named
      placed.push({ file, className: className.normalize('NFC'), split })
    }
  }
  return { placed, skipped, warnings, from: splits ? 'folders' : 'random' }
}

/** How many single top folders to look through: each holds one folder or more, and no picture of its own. */
function rootDepth(paths: readonly Path[]): number {
  let depth = 0
  while (true) {
    const inFolders = paths.filter(({ parts }) => parts.length > depth + 1)
    const top = new Set(inFolders.map(({ parts }) => parts[depth]))
    const deeper = inFolders.filter(({ parts }) => parts.length > depth + 2)
    const holdsPictures = inFolders.some(
      ({ parts }) => parts.length === depth + 2 && PICTURE_NAME.test(parts.at(-1)!),
    )
    if (top.size !== 1 || deeper.length === 0 || holdsPictures) return depth
    depth++
  }
}

/** The folders that split the source: `train` and at least one more, each with class folders in it. */
function splitsAt(paths: readonly Path[], depth: number): ReadonlyMap<string, Split> | undefined {
  const splits = new Map<string, Split>()
  for (const { parts } of paths) {
    const split = SPLIT_NAMES[parts[depth]?.toLowerCase() ?? '']
    if (split && parts.length > depth + 2) splits.set(parts[depth]!, split)
  }
  const found = new Set(splits.values())
  return found.has('train') && found.size > 1 ? splits : undefined
}

function validationAsTest(): Warning {
  return {
    code: 'split/validation-as-test',
    says: 'There is no test folder: the validation folder is used as the test split, and validation is taken from train.',
  }
}

function outsideSplit(file: string): Skipped {
  return {
    file,
    code: 'layout/outside-split',
    says: 'It lies beside the train and test folders, in neither of them.',
  }
}

function noClass(file: string): Skipped {
  return { file, code: 'layout/no-class', says: 'It lies in no class folder.' }
}
