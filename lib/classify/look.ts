import type { Box } from '../preprocess/box.ts'
import { cutOut } from '../preprocess/place-picture.ts'
import { preprocess } from '../preprocess/preprocess.ts'
import type { Pixels, Preprocessing } from '../preprocess/preprocessing.ts'
import { type FeatureMap, secondLook } from '../preprocess/second-look.ts'
import { Problem } from '../problem.ts'

/**
 * How often, and where, a picture is looked at. What the looks say is averaged, as probabilities.
 * - `whole`: placed as the preprocessing says (by default all of it);
 * - `centre`: the centre crop;
 * - `second`: the square where the first look's feature map says that the thing is.
 */
export const LOOKS = ['whole', 'centre', 'centre+second', 'whole+second', 'whole+centre+second'] as const
export type Looks = (typeof LOOKS)[number]

/** How many looks those are. */
export function countLooks(looks: Looks): number {
  return looks.split('+').length
}

/** Whether they need the network's last feature map. */
export function needsFeatureMap(looks: Looks): boolean {
  return looks.includes('second')
}

export type Looked<Seen> = {
  /** One per look, in their order. */
  readonly seen: readonly Seen[]
  /** Where the second look went, in the picture's pixels. */
  readonly lookedAt?: Box
}

/**
 * Shows a picture to a network once per look, the same in training, on the server and in the browser.
 *
 * @param see what the network makes of one input `[1, S, S, 3]`; its result must have memory of its own.
 * @throws Problem `classify/no-feature-map` when a second look is wanted and `see` gives no feature map.
 */
export async function lookAt<Seen extends { readonly featureMap?: FeatureMap }>(
  pixels: Pixels,
  { looks, preprocessing }: { readonly looks: Looks; readonly preprocessing: Preprocessing },
  see: (input: Float32Array) => Promise<Seen>,
): Promise<Looked<Seen>> {
  const views = looks
    .split('+')
    .filter((look) => look !== 'second')
    .map((look) => viewOf(look, preprocessing))
  const seen: Seen[] = []
  for (const view of views) seen.push(await see(preprocess(pixels, view)))
  if (!needsFeatureMap(looks)) return { seen }
  const map = seen[0]?.featureMap
  if (!map) throw noFeatureMap()
  const lookedAt = secondLook(map, pixels, views[0]!)
  seen.push(await see(preprocess(cutOut(pixels, lookedAt), { ...preprocessing, resize: 'squash' })))
  return { seen, lookedAt }
}

function viewOf(look: string, preprocessing: Preprocessing): Preprocessing {
  return look === 'centre' ? { ...preprocessing, resize: 'crop' } : preprocessing
}

function noFeatureMap(): Problem {
  return new Problem('classify/no-feature-map', {
    says: 'A second look needs the last feature map, and this model does not give it.',
    advice: 'Export the model with the feature map as its second output, or use one look.',
  })
}
