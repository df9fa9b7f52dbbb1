import type { Precision } from '../graph-model/precision.ts'
import { Problem } from '../problem.ts'

/** What one model of a bundle says of held-out pictures, beside what the server says. */
export type Parity = {
  readonly pictures: number
  /** How many have the same most probable class. */
  readonly sameTop1: number
  /** Of all classes of all pictures. */
  readonly maxProbabilityDifference: number
}

export const NOTHING_COMPARED: Parity = { pictures: 0, sameTop1: 0, maxProbabilityDifference: 0 }

/** float32 is the same computation: only rounding may differ. */
const LARGEST_DIFFERENCE = 1e-3
/** Fewer bits cost a little; below this something is broken. */
const LEAST_SAME = 0.9

/** One more picture, judged on identical pixels. */
export function compared(parity: Parity, server: Float32Array, bundle: Float32Array): Parity {
  let most = parity.maxProbabilityDifference
  for (const [i, probability] of server.entries()) {
    const difference = Math.abs(probability - (bundle[i] ?? Number.NaN))
    // Not Math.max: what is no number must never look like agreement.
    if (!(difference <= most)) most = Number.isNaN(difference) ? 1 : difference
  }
  return {
    pictures: parity.pictures + 1,
    sameTop1: parity.sameTop1 + (best(server) === best(bundle) ? 1 : 0),
    maxProbabilityDifference: most,
  }
}

/** What was compared in two places, together. */
export function together(a: Parity, b: Parity): Parity {
  return {
    pictures: a.pictures + b.pictures,
    sameTop1: a.sameTop1 + b.sameTop1,
    maxProbabilityDifference: Math.max(a.maxProbabilityDifference, b.maxProbabilityDifference),
  }
}

/** @throws Problem `export/parity` when a model does not agree with the server as its precision must. */
export function demandParity(precision: Precision, parity: Parity): void {
  const { pictures, sameTop1, maxProbabilityDifference } = parity
  const agrees =
    precision === 'float32'
      ? sameTop1 === pictures && maxProbabilityDifference <= LARGEST_DIFFERENCE
      : sameTop1 >= LEAST_SAME * pictures
  if (agrees && pictures > 0) return
  const demand =
    precision === 'float32'
      ? `all ${pictures}, and probabilities within ${LARGEST_DIFFERENCE}`
      : `${Math.ceil(LEAST_SAME * pictures)} of them`
  throw new Problem('export/parity', {
    says: `The ${precision} model does not do what was measured: it agrees with the server on ${sameTop1} of ${pictures} pictures and its probabilities are up to ${maxProbabilityDifference.toPrecision(2)} off; it must agree on ${demand}.`,
    advice:
      precision === 'float32'
        ? 'Nothing was exported. Check the engines with "whippet doctor" and export again.'
        : `Nothing was exported. Leave ${precision} out, or check the engines with "whippet doctor".`,
  })
}

function best(probabilities: Float32Array): number {
  return probabilities.reduce((top, value, i) => (value > probabilities[top]! ? i : top), 0)
}
