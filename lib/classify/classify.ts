import type { Box } from '../preprocess/box.ts'
import { cutOut } from '../preprocess/place-picture.ts'
import { preprocess } from '../preprocess/preprocess.ts'
import type { Pixels, Preprocessing } from '../preprocess/preprocessing.ts'
import { type FeatureMap, secondLook } from '../preprocess/second-look.ts'
import { Problem } from '../problem.ts'
import { meanOf, softmax } from './probabilities.ts'

/**
 * How often, and where, a picture is looked at. What the looks say is averaged, as probabilities.
 * - `whole`: placed as the preprocessing says (by default all of it);
 * - `centre`: the centre crop;
 * - `second`: the square where the first look's feature map says that the thing is.
 */
export const LOOKS = ['whole', 'centre', 'centre+second', 'whole+second', 'whole+centre+second'] as const
export type Looks = (typeof LOOKS)[number]

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
  const { forward, preprocessing, temperature } = classifier
  const looks = classifier.looks.split('+')
  const views = looks.filter((look) => look !== 'second').map((look) => viewOf(look, preprocessing))
  const seen = []
  for (const view of views) seen.push(await forward(preprocess(pixels, view)))
  let lookedAt: Box | undefined
  if (looks.includes('second')) {
    const map = seen[0]?.featureMap
    if (!map) throw noFeatureMap()
    lookedAt = secondLook(map, pixels, views[0]!)
    seen.push(await forward(preprocess(cutOut(pixels, lookedAt), { ...preprocessing, resize: 'squash' })))
  }
  const probabilities = meanOf(seen.map(({ logits }) => softmax(logits, temperature)))
  return { ...answer(probabilities, classifier), ...(lookedAt && { lookedAt }) }
}

function viewOf(look: string, preprocessing: Preprocessing): Preprocessing {
  return look === 'centre' ? { ...preprocessing, resize: 'crop' } : preprocessing
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

function noFeatureMap(): Problem {
  return new Problem('classify/no-feature-map', {
    says: 'A second look needs the last feature map, and this model does not give it.',
    advice: 'Export the model with the feature map as its second output, or use one look.',
  })
}
