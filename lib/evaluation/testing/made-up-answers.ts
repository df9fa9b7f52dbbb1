import { seededRandom } from '../../training/random.ts'
import type { Judged } from '../judged.ts'

/**
 * Logits that are calibrated by construction (the truth is drawn from their softmax), then multiplied by `sharpened`:
 * the temperature that makes them right again is `sharpened`.
 */
export function madeUpAnswers({
  count,
  classes,
  sharpened = 1,
  seed = 1,
}: {
  count: number
  classes: number
  sharpened?: number
  seed?: number
}): Judged & { labels: Int32Array } {
  const random = seededRandom(seed)
  const logits = new Float32Array(count * classes)
  const labels = new Int32Array(count)
  for (let i = 0; i < count; i++) {
    const row = Float64Array.from({ length: classes }, () => 6 * (random() - 0.5))
    const powers = row.map(Math.exp)
    let left = random() * powers.reduce((a, b) => a + b, 0)
    labels[i] = Math.max(
      0,
      powers.findIndex((power) => {
        left -= power
        return left < 0
      }),
    )
    logits.set(
      row.map((logit) => logit * sharpened),
      i * classes,
    )
  }
  return { logits, labels, classes }
}
