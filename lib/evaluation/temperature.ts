import type { Judged } from './judged.ts'

export type FittedTemperature = {
  readonly temperature: number
  /** Mean negative log-likelihood at this temperature, in nats. */
  readonly logLoss: number
}

/** Beyond a factor of 100 either way it's the data that is odd. */
const FURTHEST = Math.log(100)
/** As precise as matters, in the logarithm of the temperature. */
const PRECISE = 1e-5

/**
 * The temperature that makes the probabilities fit best (Guo et al. 2017, arXiv:1706.04599).
 *
 * A few pictures that are all right would ask for endless confidence. So a temperature is taken to be within a factor
 * of e of 1, give or take (a normal prior on its logarithm): that counts as much as one picture, and fades with many.
 */
export function fitTemperature(judged: Judged): FittedTemperature {
  const count = judged.labels.length
  const fall = (sharpness: number) => {
    const { loss, slope } = logLossAt(judged, Math.exp(sharpness))
    return { loss, slope: slope * Math.exp(sharpness) + sharpness / Math.max(count, 1) }
  }
  const sharpness = rootOf((at) => fall(at).slope, -FURTHEST, FURTHEST)
  return { temperature: Math.exp(-sharpness), logLoss: fall(sharpness).loss }
}

/**
 * Mean negative log-likelihood of the truth when logits are multiplied by `sharpness` (1 / temperature), and its slope
 * with respect to `sharpness`.
 */
export function logLossAt(
  { logits, labels, classes, looks = 1 }: Judged,
  sharpness: number,
): { loss: number; slope: number } {
  let [loss, slope] = [0, 0]
  for (let i = 0; i < labels.length; i++) {
    const seen = Array.from({ length: looks }, (_, look) =>
      truthAt(logits, { from: (i * looks + look) * classes, classes, truth: labels[i]! }, sharpness),
    )
    // The mean of the looks' probabilities, by its logarithm: a picture may be next to impossible in each.
    const most = Math.max(...seen.map(({ log }) => log))
    const shares = seen.map(({ log }) => Math.exp(log - most))
    const sum = shares.reduce((a, b) => a + b, 0)
    loss -= most + Math.log(sum / looks)
    for (const [look, share] of shares.entries()) slope -= (share / sum) * seen[look]!.slope
  }
  const count = Math.max(labels.length, 1)
  return { loss: loss / count, slope: slope / count }
}

/** Logarithm of the truth's probability in one row of logits, and its slope with respect to `sharpness`. */
function truthAt(
  logits: Float32Array,
  { from, classes, truth }: { from: number; classes: number; truth: number },
  sharpness: number,
): { log: number; slope: number } {
  let largest = Number.NEGATIVE_INFINITY
  for (let k = 0; k < classes; k++) if (logits[from + k]! > largest) largest = logits[from + k]!
  let [sum, weighted] = [0, 0]
  for (let k = 0; k < classes; k++) {
    const below = logits[from + k]! - largest
    const power = Math.exp(sharpness * below)
    sum += power
    weighted += power * below
  }
  const below = logits[from + truth]! - largest
  return { log: sharpness * below - Math.log(sum), slope: below - weighted / sum }
}

/** Where a growing function crosses zero, or the nearer end where it doesn't (false position, Illinois variant). */
function rootOf(f: (x: number) => number, low: number, high: number): number {
  let [a, b] = [low, high]
  let [atA, atB] = [f(a), f(b)]
  if (atA >= 0) return a
  if (atB <= 0) return b
  let side = 0
  for (let round = 0; round < 60 && b - a > PRECISE; round++) {
    const x = (a * atB - b * atA) / (atB - atA)
    const at = f(x)
    if (Math.abs(at) < PRECISE / 100) return x
    if (at < 0) {
      ;[a, atA] = [x, at]
      if (side === -1) atB /= 2
      side = -1
    } else {
      ;[b, atB] = [x, at]
      if (side === 1) atA /= 2
      side = 1
    }
  }
  return (a + b) / 2
}
