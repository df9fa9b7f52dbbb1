import { describe, expect, test } from 'vitest'
import { type NewRun, newRunSchema } from '../api/runs.ts'
import { RECIPE_NAMES, RECIPES, type Recipe } from '../recipes/recipes.ts'
import { type RunDraft, runOf } from './draft.ts'
import { draftDefaults } from './draft-defaults.ts'
import { FIRST_FREEZE, type FreezeDraft } from './freeze-draft.ts'
import { withRecipe } from './recipe-draft.ts'
import { SOLVERS, type SolverKind } from './solvers.ts'
import { trainingSchema } from './training.ts'
import { TRAINING_FIELDS } from './training-fields.ts'

const defaults = draftDefaults()
const texts = defaults.solvers
const draft = (solver: SolverKind): RunDraft => ({
  dataset: 'dogs',
  backbone: 'tf_efficientnet_lite0',
  freeze: FIRST_FREEZE,
  solver,
  texts,
  refit: true,
  training: defaults.training,
  looks: 'whole',
  resize: 'squash',
  devices: 1,
  seed: '0',
})

/** What is sent, as the server reads it. */
function sent(one: RunDraft) {
  const made = runOf(one)
  if ('wrong' in made) throw new Error(`wrong: ${made.wrong}`)
  return newRunSchema.parse(made.run satisfies NewRun)
}

const frozen = (freeze: Partial<FreezeDraft>): RunDraft => ({
  ...draft('exact'),
  freeze: { ...FIRST_FREEZE, ...freeze },
})

describe('a run that is put together on the page', () => {
  test.each(['exact', 'sgd', 'adam'] as const)('%s: an untouched form asks for the defaults', (kind) => {
    const run = sent(draft(kind))
    expect(run.solver).toEqual(SOLVERS[kind].parse({ kind }))
    expect(run).toMatchObject({ strategy: 'feature-extraction' })
    expect(run.training).toBeUndefined()
  })

  test('says which fields are no numbers', () => {
    const wrong = { ...draft('sgd'), texts: { ...texts, sgd: { ...texts.sgd, epochs: 'many' } }, seed: 'x' }
    expect(runOf(wrong)).toEqual({ wrong: ['epochs', 'seed'] })
    const tuned = frozen({ choice: 'everything' })
    expect(runOf({ ...tuned, training: { ...tuned.training, epochs: 'x', groupRates: 'stem=1' } })).toEqual({
      wrong: ['training.epochs', 'training.groupRates'],
    })
  })

  test('an empty L2 is left to the validation split, a given one is used', () => {
    const given = { ...draft('exact'), texts: { ...texts, exact: { l2: '1e-3' } } }
    expect(sent(given).solver).toEqual({ kind: 'exact', l2: 1e-3, refit: true })
    expect(sent(draft('exact')).solver).toEqual({ kind: 'exact', refit: true })
  })

  test('an untouched form of fine-tuning asks for the defaults of fine-tuning', () => {
    const run = sent(frozen({ choice: 'groups', groups: 2 }))
    expect(run).toMatchObject({ strategy: 'partial-fine-tuning', freeze: { groups: 2 } })
    expect(run.training).toEqual(trainingSchema.parse({}))
  })

  test('stages keep their own epochs and rate', () => {
    const stages = [
      { groups: '0', epochs: '', learningRate: '' },
      { groups: '2', epochs: '3', learningRate: '1e-3' },
      { groups: 'all', epochs: '', learningRate: '' },
    ]
    expect(sent(frozen({ choice: 'gradual', stages })).freeze).toEqual({
      stages: [{ groups: 0 }, { groups: 2, epochs: 3, learningRate: 1e-3 }, { groups: 'all' }],
    })
  })

  test('patterns stand with commas or spaces between', () => {
    const freeze = { choice: 'patterns', trainable: 'blocks.6, conv_head', skip: 'bn2' } as const
    expect(sent(frozen(freeze))).toMatchObject({
      strategy: 'partial-fine-tuning',
      freeze: { trainable: ['blocks.6', 'conv_head'], skip: ['bn2'] },
    })
    expect(runOf(frozen({ choice: 'patterns' }))).toEqual({ wrong: ['trainable'] })
  })

  test.each(RECIPE_NAMES)('the recipe %s asks for what it says', (name) => {
    const { backbone, strategy, settings }: Recipe = RECIPES[name]
    const run = sent(withRecipe(draft('sgd'), name, defaults))
    expect(run).toMatchObject({ recipe: name, dataset: 'dogs', backbone, strategy })
    expect(run.freeze ?? {}).toEqual(settings.freeze ?? {})
    if (strategy !== 'feature-extraction')
      expect(run.training).toEqual(trainingSchema.parse(settings.training ?? {}))
  })
})

describe('the fields of fine-tuning', () => {
  test('are those of the schema', () => {
    expect(TRAINING_FIELDS.map(({ name }) => name).sort()).toEqual(Object.keys(trainingSchema.shape).sort())
  })

  test('offer what the schema takes', () => {
    for (const { name, options = [] } of TRAINING_FIELDS) {
      for (const { value } of options) {
        const read = value === 'true' || value === 'false' ? value === 'true' : value
        expect(trainingSchema.safeParse({ [name]: read }).success, `${name} ${value}`).toBe(true)
      }
    }
  })
})
