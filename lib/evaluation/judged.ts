import { meanOf, softmax } from '../classify/probabilities.ts'

/** Answers and truths: logits `[n, looks, classes]` and the class of each. */
export type Judged = {
  readonly logits: Float32Array
  readonly labels: ArrayLike<number>
  readonly classes: number
  /** How often each picture was looked at, 1 by default; what the looks say is averaged, as probabilities. */
  readonly looks?: number
}

/** Keeps the logarithm of a probability that underflowed finite. */
const TINY = 1e-30

/** Logits whose softmax at this temperature gives these probabilities again. */
export function logitsOf(probabilities: Float32Array, temperature: number): Float32Array {
  return probabilities.map((probability) => temperature * Math.log(Math.max(probability, TINY)))
}

/** Several looks averaged at a temperature, as one look that gives the same probabilities at it. */
export function asOneLook(judged: Judged, temperature: number): Judged {
  const { logits, labels, classes, looks = 1 } = judged
  if (looks === 1) return judged
  const averaged = new Float32Array(labels.length * classes)
  for (let i = 0; i < labels.length; i++) {
    const rows = Array.from({ length: looks }, (_, look) => {
      const from = (i * looks + look) * classes
      return softmax(logits.subarray(from, from + classes), temperature)
    })
    averaged.set(logitsOf(meanOf(rows), temperature), i * classes)
  }
  return { logits: averaged, labels, classes }
}

/** Per picture of one look, how many classes are ahead of the true one; of equals the first class is ahead. */
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

/** Per picture of one look, the class with the largest logit; of equals the first. */
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
