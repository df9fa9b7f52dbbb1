import { seededRandom } from '../training/random.ts'

/**
 * Random numbers that are a function of where they are needed (phase, epoch, batch, purpose) and the run's seed: to go on
 * from a checkpoint nothing must be remembered but the place.
 */
export function randomAt(seed: number, ...place: readonly (number | string)[]): () => number {
  let hash = 0x811c9dc5 ^ seed
  for (const part of place) {
    for (const letter of `${part}/`) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193)
  }
  // FNV's last bits hardly mix; mulberry32's first output would show it.
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b)
  return seededRandom(hash ^ (hash >>> 16))
}

/** Standard normal (Box & Muller 1958). */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** Beta(α, α), from two gamma variates (Marsaglia & Tsang 2000). */
export function symmetricBeta(random: () => number, alpha: number): number {
  const a = gamma(random, alpha)
  const b = gamma(random, alpha)
  return a + b > 0 ? a / (a + b) : 0.5
}

function gamma(random: () => number, shape: number): number {
  if (shape < 1) return gamma(random, shape + 1) * random() ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = normal(random)
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}
