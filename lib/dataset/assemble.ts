import { Problem } from '../problem.ts'
import { classWarnings } from './class-warnings.ts'
import { byCodePoint } from './code-points.ts'
import type { Picture, Split, SplitSettings } from './dataset.ts'
import type { Layout, Placed } from './layout.ts'
import type { ImportReport, Skipped } from './report.ts'
import { settleSameContent } from './same-content.ts'
import { DEFAULT_SHARES, DEFAULT_VALIDATION_SHARE, type Shares, stratify } from './split.ts'

/** What decoding found out about a file. */
export type Decoded =
  | {
      readonly hash: string
      readonly format: string
      readonly width: number
      readonly height: number
      readonly sizeBytes: number
    }
  | { readonly skipped: { readonly code: string; readonly says: string } }

export type SplitWish = {
  readonly seed?: number | undefined
  /** Of a source without a split. */
  readonly shares?: Shares | undefined
  /** Of train, where the source has no validation pictures; 0 holds none out. */
  readonly validationShare?: number | undefined
}

/** A dataset version that has no name yet. */
export type Assembled = {
  readonly classes: string[]
  readonly pictures: Picture[]
  readonly split: SplitSettings
  readonly report: ImportReport
}

type Found = Placed & Exclude<Decoded, { skipped: unknown }>

/**
 * What decoding found, made into a dataset: the same content settled, the split drawn, every file accounted for.
 *
 * `decoded` stands in the order of `layout.placed`.
 *
 * @throws Problem `import/no-pictures`, `import/one-class`.
 */
export function assemble(layout: Layout, decoded: readonly Decoded[], wish: SplitWish = {}): Assembled {
  const skipped: Skipped[] = [...layout.skipped]
  const found: Found[] = []
  for (const [n, place] of layout.placed.entries()) {
    const outcome = decoded[n]!
    if ('skipped' in outcome) skipped.push({ file: place.file, ...outcome.skipped })
    else found.push({ ...place, ...outcome })
  }
  const settled = settleSameContent(found)
  skipped.push(...settled.skipped)
  const learnable = withoutClassesToLearn(settled.kept, layout.from, skipped)
  const classes = [...new Set(learnable.map(({ className }) => className))].sort(byCodePoint)
  if (classes.length < 2) throw tooFewClasses(classes, skipped)

  const { splits, split } = drawSplit(learnable, layout.from, wish)
  const labels = new Map(classes.map((name, label) => [name, label]))
  const pictures = learnable.map(({ className, split: _, ...picture }, n) => {
    return { ...picture, label: labels.get(className)!, split: splits[n]! }
  })
  const warnings = [...layout.warnings, ...classWarnings(classes, pictures, split)]
  const files = layout.placed.length + layout.skipped.length
  skipped.sort((a, b) => byCodePoint(a.file, b.file))
  return { classes, pictures, split, report: { files, imported: pictures.length, skipped, warnings } }
}

/** Where folders say the split, a class may have nothing in train: its pictures are left out, as nothing can learn it. */
function withoutClassesToLearn(kept: Found[], from: Layout['from'], skipped: Skipped[]): Found[] {
  if (from === 'random') return kept
  const learnt = new Set(kept.filter(({ split }) => split === 'train').map(({ className }) => className))
  for (const { file, className } of kept) {
    if (learnt.has(className)) continue
    const says = `The class "${className}" has no picture to train on.`
    skipped.push({ file, code: 'classes/no-training-pictures', says })
  }
  return kept.filter(({ className }) => learnt.has(className))
}

function drawSplit(
  pictures: readonly Found[],
  from: Layout['from'],
  { seed = 0, shares = DEFAULT_SHARES, validationShare = DEFAULT_VALIDATION_SHARE }: SplitWish,
): { splits: Split[]; split: SplitSettings } {
  if (from === 'random')
    return { splits: stratify(pictures, { seed, shares }), split: { from, seed, shares } }
  const hasValidation = pictures.some(({ split }) => split === 'validation')
  const held = hasValidation ? 0 : validationShare
  const ofTrain = { train: 1 - held, validation: held, test: 0 }
  const train = pictures.filter(({ split }) => split === 'train')
  const redrawn = new Map(
    stratify(train, { seed, shares: ofTrain }).map((split, n) => [train[n]!.hash, split]),
  )
  return {
    splits: pictures.map(({ hash, split }) => redrawn.get(hash) ?? split!),
    split: { from, seed, shares: ofTrain },
  }
}

function tooFewClasses(classes: readonly string[], skipped: readonly Skipped[]): Problem {
  const mine = skipped.filter(({ code }) => code !== 'ignored/system')
  const first = mine[0]
  const left =
    first === undefined
      ? ''
      : ` ${mine.length} ${mine.length === 1 ? 'file was' : 'files were'} left out, the first of them ${first.file}: ${first.says}`
  const [only] = classes
  const advice = 'Put the pictures of each class into a folder of its own, named after the class.'
  if (only === undefined) {
    return new Problem('import/no-pictures', {
      says: `There is no picture in a class folder.${left}`,
      advice,
    })
  }
  return new Problem('import/one-class', {
    says: `There is only one class, "${only}"; there must be two at least.${left}`,
    advice,
  })
}
