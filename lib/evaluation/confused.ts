import type { EvaluationSummary } from './summary.ts'

/** A cell of a confusion matrix, by class index. */
export type Cell = { readonly truth: number; readonly predicted: number }

/** Pairs of classes that are taken for one another, the most pictures first; equals in label order. */
export function mostConfused(
  { confusion }: Pick<EvaluationSummary, 'confusion'>,
  limit: number,
): (Cell & { images: number })[] {
  return confusion
    .flatMap((row, truth) => row.map((images, predicted) => ({ truth, predicted, images })))
    .filter(({ truth, predicted, images }) => truth !== predicted && images > 0)
    .sort((a, b) => b.images - a.images || a.truth - b.truth || a.predicted - b.predicted)
    .slice(0, limit)
}

/** Share of a class's pictures in each cell of its row; 0 where the class has none. */
export function rowShares(row: readonly number[]): number[] {
  const images = row.reduce((sum, cell) => sum + cell, 0)
  return row.map((cell) => (images === 0 ? 0 : cell / images))
}
