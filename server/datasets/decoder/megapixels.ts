import { Problem } from '../../../lib/problem.ts'

/** Larger pictures are refused by their header: decoded, they would take a machine's memory. */
export const MOST_PIXELS = 100_000_000

/** @throws Problem `pictures/too-large`. */
export function refuseTooLarge(width: number, height: number): void {
  if (width * height <= MOST_PIXELS) return
  throw new Problem('pictures/too-large', {
    says: `${width} × ${height} pixels are more than the ${MOST_PIXELS / 1e6} megapixels that a picture may have.`,
    advice: 'Make it smaller.',
  })
}
