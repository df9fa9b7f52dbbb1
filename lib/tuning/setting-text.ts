/** Smaller numbers are read by their exponent. */
const SMALL = 1e-3

/** A setting's value for people: `0.0394`, `3.09e-6`, `sgd`. */
export function settingText(value: number | boolean | string): string {
  const isSmall = typeof value === 'number' && value !== 0 && Math.abs(value) < SMALL
  return isSmall ? value.toExponential() : `${value}`
}
