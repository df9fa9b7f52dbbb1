import { RECIPES, type Recipe, type RecipeName } from '../recipes/recipes.ts'
import type { DraftDefaults, RunDraft } from './draft.ts'
import { FIRST_FREEZE, type FreezeDraft } from './freeze-draft.ts'
import { trainingTexts } from './training-fields.ts'

/** A draft as a recipe has it; dataset, seed and devices stay. */
export function withRecipe(
  draft: RunDraft,
  name: RecipeName,
  { solvers, training }: DraftDefaults,
): RunDraft {
  const recipe: Recipe = RECIPES[name]
  const { looks = 'whole', preprocessing, training: chosen = {} } = recipe.settings
  const own = Object.entries(trainingTexts(chosen)).filter(([, text]) => text !== '')
  return {
    dataset: draft.dataset,
    seed: draft.seed,
    devices: draft.devices,
    ...(draft.from && draft.backbone === recipe.backbone && { from: draft.from }),
    recipe: name,
    backbone: recipe.backbone,
    freeze: freezeOfRecipe(recipe),
    solver: 'exact',
    texts: solvers,
    refit: true,
    training: { ...training, ...Object.fromEntries(own) },
    looks,
    resize: preprocessing?.resize ?? 'squash',
  }
}

function freezeOfRecipe({ strategy, settings }: Recipe): FreezeDraft {
  const { groups, stages, headFirst = true } = settings.freeze ?? {}
  const first = { ...FIRST_FREEZE, headFirst }
  switch (strategy) {
    case 'feature-extraction':
      return first
    case 'full-fine-tuning':
      return { ...first, choice: 'everything' }
    case 'partial-fine-tuning':
      return { ...first, choice: 'groups', ...(groups !== undefined && groups !== 'all' && { groups }) }
    case 'gradual-unfreezing': {
      const texts = stages?.map(({ groups: trained, epochs, learningRate }) => ({
        groups: `${trained}`,
        epochs: `${epochs ?? ''}`,
        learningRate: `${learningRate ?? ''}`,
      }))
      return { ...first, choice: 'gradual', ...(texts && { stages: texts }) }
    }
  }
}
