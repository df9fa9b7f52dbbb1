/** What validation said of a trial. */
export type Judgement = {
  /** Mean log loss at the temperature that suits it best: trials that differ in confidence alone are equal. */
  readonly loss: number
  readonly top1: number
}

type Judged = { readonly number: number; readonly rung: number; readonly judged?: Judgement | undefined }

/**
 * Judged trials, the best first: the least validation loss; of equals the one that is right more often, then the one
 * with more epochs, then the one that was drawn first. Whatever order they come in, they leave in the same one.
 */
export function ranked<T extends Judged>(trials: readonly T[]): T[] {
  return trials
    .filter(({ judged }) => judged !== undefined && Number.isFinite(judged.loss))
    .toSorted(
      (a, b) =>
        a.judged!.loss - b.judged!.loss ||
        b.judged!.top1 - a.judged!.top1 ||
        b.rung - a.rung ||
        a.number - b.number,
    )
}
