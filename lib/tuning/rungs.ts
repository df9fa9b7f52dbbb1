/** A round of successive halving: so many trials are trained for so many epochs. */
export type Rung = { readonly trials: number; readonly epochs: number }

/** One in so many goes on. */
export const ETA = 3

/**
 * Successive halving (Jamieson & Talwalkar 2016, arXiv:1502.07943): all trials get few epochs, the best third three
 * times as many, and so on, until the last rung has the whole number. As many rungs as trials and epochs allow.
 */
export function halvingRungs({ trials, epochs, eta = ETA }: Rung & { eta?: number }): Rung[] {
  const promotions = Math.min(wholeLog(epochs, eta), wholeLog(trials, eta))
  return Array.from({ length: promotions + 1 }, (_, rung) => ({
    trials: Math.floor(trials / eta ** rung),
    epochs: Math.round(epochs / eta ** (promotions - rung)),
  }))
}

/** How often `value` can be divided by `base` without falling below 1; without rounding errors of logarithms. */
function wholeLog(value: number, base: number): number {
  let times = 0
  for (let rest = value / base; rest >= 1; rest /= base) times++
  return times
}
