import { z } from 'zod'
import { BATCH_NORM_MODES } from '../strategy/trained.ts'
import { count, notNegative, positive, trueOrFalse } from './values.ts'

export const OPTIMIZERS = [
  'sgd',
  'momentum',
  'nesterov',
  'adam',
  'adamw',
  'adagrad',
  'adadelta',
  'rmsprop',
  'ftrl',
] as const
export type OptimizerName = (typeof OPTIMIZERS)[number]

/** How much of the backbone is trained: its last layer group at most, several, or all of them. */
export type Depth = 'last' | 'several' | 'whole'

const LAST_GROUP_RATES: Readonly<Record<OptimizerName, number>> = {
  sgd: 0.01,
  momentum: 0.01,
  nesterov: 0.01,
  adam: 1e-4,
  adamw: 1e-4,
  adagrad: 1e-3,
  adadelta: 0.1,
  rmsprop: 1e-4,
  ftrl: 1e-3,
}

/**
 * Rates at which pretrained layers learn without forgetting; where a run names none. With momentum the deeper the slower: 0.01
 * takes the whole of EfficientNet-Lite0 from a solved head's 98 % to chance within an epoch (docs/decisions/0011).
 */
export const USUAL_RATES: Readonly<Record<Depth, Readonly<Record<OptimizerName, number>>>> = {
  last: LAST_GROUP_RATES,
  several: { ...LAST_GROUP_RATES, momentum: 3e-3, nesterov: 3e-3 },
  whole: { ...LAST_GROUP_RATES, momentum: 1e-3, nesterov: 1e-3 },
}

export const SCHEDULES = ['constant', 'step', 'cosine', 'plateau'] as const
export type ScheduleName = (typeof SCHEDULES)[number]

export const AUGMENTATIONS = ['none', 'vgg', 'inception', 'modern'] as const
export type AugmentationName = (typeof AUGMENTATIONS)[number]

const groupRatesSchema = z.record(z.string().min(1), z.number().nonnegative())
const share = z.number().min(0).lt(1).describe('a number from 0 to below 1')

/** How what a strategy unfreezes is trained. Everything has a default. */
export const trainingSchema = z.strictObject({
  optimizer: z
    .enum(OPTIMIZERS)
    .describe(`one of ${OPTIMIZERS.join(', ')}`)
    .default('momentum'),
  /** Absent: {@link USUAL_RATES}. */
  learningRate: positive.optional(),
  momentum: share.default(0.9),
  schedule: z
    .enum(SCHEDULES)
    .describe(`one of ${SCHEDULES.join(', ')}`)
    .default('cosine'),
  /** `step` multiplies the rate by `decayFactor` every so many epochs; `plateau` after so many without improvement. */
  decayEvery: count.default(10),
  decayFactor: z.number().positive().max(1).describe('a number above 0, at most 1').default(0.1),
  /** The rate grows from 0 over so many epochs; a part of one counts. */
  warmupEpochs: notNegative.default(0),
  epochs: count.default(10),
  batchSize: count.default(32),
  /** Weight of ½‖w‖² in the loss: convolutions and dense layers, unless `decayAll`. */
  l2: notNegative.default(1e-4),
  /** Decoupled (AdamW's): shrinks weights of the same layers beside the gradient, in place of `l2`. */
  weightDecay: notNegative.default(0),
  /** Whether batch norm and biases are drawn to zero as well. */
  decayAll: trueOrFalse.default(false),
  batchNorm: z
    .enum(BATCH_NORM_MODES)
    .describe(BATCH_NORM_MODES.map((mode) => `"${mode}"`).join(' or '))
    .default('moving'),
  /** Gradients are scaled down to this norm, all weights together; absent: they are left alone. */
  clipNorm: positive.optional(),
  labelSmoothing: share.default(0),
  /** `balanced`: a class counts in inverse proportion to its pictures. */
  classWeights: z.enum(['none', 'balanced']).describe('none or balanced').default('none'),
  /** Alpha of mixup's beta distribution; 0: pictures are not mixed. */
  mixup: notNegative.default(0),
  /** Share of the features that the head does without in each step. */
  dropout: share.default(0),
  /** Units of a hidden layer with relu in the head; 0: none. Such a head is trained in epochs only. */
  hiddenUnits: z.number().int().nonnegative().describe('a whole number of 0 or more').default(0),
  /** Multiplies the rate of layer groups by name; the head's is `classifier`. */
  groupRates: groupRatesSchema.default({}),
  /** Ends after so many epochs without a better validation loss; absent: it goes on to the last. */
  earlyStopping: count.optional(),
  augmentation: z
    .enum(AUGMENTATIONS)
    .describe(`one of ${AUGMENTATIONS.join(', ')}`)
    .default('modern'),
  /** Seeded views of each picture that are cached; epoch e sees view e mod views. Without augmentation there is one. */
  views: count.default(4),
})
export type TrainingSettings = z.infer<typeof trainingSchema>

export function learningRateOf({ optimizer, learningRate }: TrainingSettings, depth: Depth): number {
  return learningRate ?? USUAL_RATES[depth][optimizer]
}

/** How many views of a picture an epoch may see. */
export function viewsOf({ augmentation, views }: Pick<TrainingSettings, 'augmentation' | 'views'>): number {
  return augmentation === 'none' ? 1 : views
}

/** How `--set` writes {@link TrainingSettings.groupRates}. */
export const GROUP_RATES_TEXT = z
  .string()
  .transform((text) =>
    Object.fromEntries(
      text.split(',').map((pair) => {
        const at = pair.lastIndexOf(':')
        return [pair.slice(0, at).trim(), Number(pair.slice(at + 1))]
      }),
    ),
  )
  .pipe(groupRatesSchema)
  .describe('layer groups with their factors, for example stem:0.1,blocks.6:0.5')
