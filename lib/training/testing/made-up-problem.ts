import type { LinearProblem } from '../objective.ts'
import { seededRandom } from '../random.ts'

/** Classes as overlapping clouds of correlated, non-negative features, like pooled ones; the same for a seed. */
export function madeUpProblem({
  count,
  width,
  classes,
  spread = 1,
  seed = 1,
  clouds = 1,
}: {
  count: number
  width: number
  classes: number
  /** How far a cloud reaches, where the centres are about 1 apart. */
  spread?: number
  seed?: number
  /** Names the centres: two problems with the same `clouds` are two samples of one world. */
  clouds?: number
}): LinearProblem {
  const world = seededRandom(clouds)
  const centres = Float64Array.from({ length: classes * width }, () => world())
  const shared = Float64Array.from({ length: width }, () => world() - 0.5)
  const random = seededRandom(seed + 1000)
  const features = new Float32Array(count * width)
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes)
  for (let i = 0; i < count; i++) {
    const common = random() - 0.5
    for (let j = 0; j < width; j++) {
      const noise = (random() + random() - 1) * spread + common * shared[j]! * 4
      features[i * width + j] = Math.max(0, centres[labels[i]! * width + j]! + noise)
    }
  }
  return { features, labels, count, width, classes }
}
