/** Answers and truths: logits `[n, classes]` and the class of each. */
export type Judged = {
  readonly logits: Float32Array
  readonly labels: ArrayLike<number>
  readonly classes: number
}

/** Per picture, how many classes are ahead of the true one; of equals the first class is ahead. */
export function ranksOfTruth({ logits, labels, classes }: Judged): Int32Array {
  return Int32Array.from({ length: labels.length }, (_, i) => {
    const truth = labels[i]!
    const own = logits[i * classes + truth]!
    let rank = 0
    for (let k = 0; k < classes; k++) {
      const logit = logits[i * classes + k]!
      if (logit > own || (logit === own && k < truth)) rank++
    }
    return rank
  })
}

/** Per picture, the class with the largest logit; of equals the first. */
export function predictionsOf({ logits, labels, classes }: Judged): Int32Array {
  return Int32Array.from({ length: labels.length }, (_, i) => {
    let best = 0
    for (let k = 1; k < classes; k++) if (logits[i * classes + k]! > logits[i * classes + best]!) best = k
    return best
  })
}

/** Share of the pictures whose true class is among the first `k`. */
export function topK(ranks: Int32Array, k: number): number {
  let right = 0
  for (const rank of ranks) if (rank < k) right++
  return right / Math.max(ranks.length, 1)
}
