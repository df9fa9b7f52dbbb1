import type { z } from 'zod'
import type { BackboneId } from '../backbone/registry.ts'
import { nearest } from '../nearest.ts'
import { Problem } from '../problem.ts'
import type { ChoicesInput } from '../run/settings.ts'
import type { trainingSchema } from '../run/training.ts'
import type { StrategyName } from '../strategy/strategies.ts'

/** A named set of settings: what `--set` and the other options don't say. */
export type Recipe = {
  readonly title: string
  readonly about: string
  readonly backbone: BackboneId
  readonly strategy: StrategyName
  readonly settings: ChoicesInput
  /** Whether it wants a dataset of which nothing is held out for validation. */
  readonly nothingHeldOut?: true
}

type Training = z.input<typeof trainingSchema>

/**
 * What the 2019 tutorial trained: the classifier alone, at the rate of training from scratch, every epoch on new random
 * views (as many are cached as there are epochs).
 */
function tutorial(
  title: string,
  backbone: BackboneId,
  { epochs, decayEvery, augmentation }: Required<Pick<Training, 'epochs' | 'decayEvery' | 'augmentation'>>,
): Recipe {
  return {
    title,
    about: `The 2019 tutorial's settings for ${title.replace('Tutorial: ', '')}: only the classifier is trained, on the official split.`,
    backbone,
    strategy: 'partial-fine-tuning',
    nothingHeldOut: true,
    settings: {
      freeze: { groups: 0, headFirst: false },
      training: {
        optimizer: 'momentum',
        momentum: 0.9,
        learningRate: 0.1,
        schedule: 'step',
        decayEvery,
        decayFactor: 0.1,
        epochs,
        batchSize: 64,
        l2: 2e-4,
        augmentation,
        views: epochs,
      },
    },
  }
}

export const RECIPES = {
  quick: {
    title: 'Quick',
    about: 'The head alone, solved to its optimum on cached features: minutes on a laptop.',
    backbone: 'tf_efficientnet_lite0',
    strategy: 'feature-extraction',
    settings: {},
  },
  balanced: {
    title: 'Balanced',
    about: 'The head first, then the last two layer groups, on four cached views of each picture.',
    backbone: 'tf_efficientnet_lite0',
    strategy: 'partial-fine-tuning',
    settings: { freeze: { groups: 2 }, training: { epochs: 10, learningRate: 0.003 } },
  },
  best: {
    title: 'Best',
    about:
      'A larger backbone, unfrozen in three stages, and a second look at every picture: hours without a GPU.',
    backbone: 'tf_efficientnet_lite2',
    strategy: 'gradual-unfreezing',
    settings: {
      looks: 'whole+second',
      freeze: {
        stages: [
          { groups: 0 },
          { groups: 2, epochs: 8, learningRate: 0.005 },
          { groups: 'all', epochs: 12, learningRate: 0.001 },
        ],
      },
      training: { labelSmoothing: 0.1, views: 8, earlyStopping: 5 },
    },
  },
  'tutorial-resnet50': tutorial('Tutorial: ResNet-50 V2', 'resnetv2_50', {
    epochs: 10,
    decayEvery: 5,
    augmentation: 'vgg',
  }),
  'tutorial-inception-v4': tutorial('Tutorial: Inception-v4', 'inception_v4', {
    epochs: 2,
    decayEvery: 2,
    augmentation: 'inception',
  }),
  'tutorial-nasnet-a-large': tutorial('Tutorial: NASNet-A Large', 'nasnetalarge', {
    epochs: 2,
    decayEvery: 2,
    augmentation: 'inception',
  }),
} as const satisfies Record<string, Recipe>
export type RecipeName = keyof typeof RECIPES
export const RECIPE_NAMES = Object.keys(RECIPES) as RecipeName[]

/** @throws Problem `recipes/unknown` that suggests the nearest name. */
export function recipeNamed(name: string): Recipe {
  if (Object.hasOwn(RECIPES, name)) return RECIPES[name as RecipeName]
  throw new Problem('recipes/unknown', {
    says: `There is no recipe "${name}".`,
    advice: `Did you mean ${nearest(name, RECIPE_NAMES)}? There are ${RECIPE_NAMES.join(', ')}.`,
  })
}
