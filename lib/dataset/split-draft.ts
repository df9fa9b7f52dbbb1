import { DEFAULT_SHARES, DEFAULT_VALIDATION_SHARE } from './split.ts'

/** How a dataset is split where its folders don't say it, as it stands in the form: percent, and a seed. */
export type SplitDraft = { readonly validation: string; readonly test: string; readonly seed: string }

/** What an import is told; what is left out is up to it. */
export type SplitChoice = {
  readonly seed?: number
  readonly shares?: { readonly train: number; readonly validation: number; readonly test: number }
  /** Of a train folder that comes without one for validation. */
  readonly validationShare?: number
}

const percent = (share: number) => `${Math.round(share * 100)}`

/** What an untouched form says. Empty counts as what stands here. */
export const FIRST_SPLIT: SplitDraft = { validation: '', test: '', seed: '' }
export const SPLIT_HINTS: SplitDraft = {
  validation: percent(DEFAULT_SHARES.validation),
  test: percent(DEFAULT_SHARES.test),
  seed: '0',
}

/** What to send, nothing where nothing was written, or which fields are wrong. */
export function splitOf(
  draft: SplitDraft,
): { split: SplitChoice } | { wrong: readonly (keyof SplitDraft)[] } {
  const validation = shareOf(draft.validation, DEFAULT_SHARES.validation)
  const test = shareOf(draft.test, DEFAULT_SHARES.test)
  const seed = draft.seed.trim() === '' ? 0 : Number(draft.seed)
  const wrong = [
    ...(validation === undefined ? (['validation'] as const) : []),
    ...(test === undefined ? (['test'] as const) : []),
    ...(Number.isInteger(seed) && seed >= 0 ? [] : (['seed'] as const)),
  ]
  if (validation === undefined || test === undefined || wrong.length > 0) return { wrong }
  if (validation + test >= 1) return { wrong: ['validation', 'test'] }
  const held = draft.validation.trim() === '' ? DEFAULT_VALIDATION_SHARE : validation
  const isChosen = draft.validation.trim() !== '' || draft.test.trim() !== ''
  return {
    split: {
      ...(seed > 0 && { seed }),
      ...(isChosen && {
        shares: { train: 1 - validation - test, validation, test },
        validationShare: held,
      }),
    },
  }
}

function shareOf(text: string, otherwise: number): number | undefined {
  if (text.trim() === '') return otherwise
  const value = Number(text) / 100
  return value >= 0 && value < 1 ? value : undefined
}
