import type { Box } from '../preprocess/box.ts'
import type { Pixels, Preprocessing } from '../preprocess/preprocessing.ts'
import type { FeatureMap } from '../preprocess/second-look.ts'
import { type Looks, lookAt } from './look.ts'
import { meanOf, softmax } from './probabilities.ts'

/** What the network says of one input `[1, S, S, 3]`, in memory of its own. Only the second look reads the feature map. */
export type Forward = (input: Float32Array) => Promise<{ logits: Float32Array; featureMap?: FeatureMap }>

/** A trained classifier, whatever computes it: the server's engine or the visitor's. */
export type Classifier = {
  readonly forward: Forward
  readonly preprocessing: Preprocessing
  readonly looks: Looks
  /** In the order of the logits. */
  readonly classes: readonly string[]
  /** Logits are divided by this before the softmax. */
  readonly temperature: number
  /** Below this probability of the best class, the answer is "not sure". */
  readonly notSureBelow: number
}

export type Classification = {
  /** Per class, in the order of `classes`; they add up to 1. */
  readonly probabilities: Float32Array
  /** All classes, the most probable first; equals keep the order of `classes`. */
  readonly ranked: readonly { readonly label: string; readonly probability: number }[]
  readonly sure: boolean
  /** Where the second look went, in the picture's pixels. */
  readonly lookedAt?: Box
}

/**
 * Pixels to labels, the same on the server and in the browser.
 *
 * @throws Problem `classify/no-feature-map` when a second look is wanted and `forward` gives no feature map.
 */
export async function classify(pixels: Pixels, classifier: Classifier): Promise<Classification> {
  const { seen, lookedAt } = await lookAt(pixels, classifier, classifier.forward)
  const probabilities = meanOf(seen.map(({ logits }) => softmax(logits, classifier.temperature)))
  return { ...answer(probabilities, classifier), ...(lookedAt && { lookedAt }) }
}

/** Probabilities as an answer for people. */
function answer(
  probabilities: Float32Array,
  { classes, notSureBelow }: Pick<Classifier, 'classes' | 'notSureBelow'>,
): Classification {
  const ranked = classes
    .map((label, i) => ({ label, probability: probabilities[i]! }))
    .sort((a, b) => b.probability - a.probability)
  return { probabilities, ranked, sure: (ranked[0]?.probability ?? 0) >= notSureBelow }
}
