import type { BatchNormMode } from '../strategy/trained.ts'
import type { AugmentationName, OptimizerName, ScheduleName, TrainingSettings } from './training.ts'

// The settings of fine-tuning as the page shows them, without zod; a test holds them to the schema.

/** Training settings as they stand in the form: text, until the run is started. */
export type TrainingTexts = Readonly<Record<string, string>>

export type TrainingField = {
  readonly name: keyof TrainingSettings
  readonly title: string
  /** Absent: a number, or text. */
  readonly options?: readonly { readonly value: string; readonly title: string }[]
  /** Text rather than a number. */
  readonly text?: true
  /** Shown where it is empty. */
  readonly empty?: string
  /** Whether it stands under More. */
  readonly more: boolean
  /** Where it matters; everywhere if absent. */
  readonly when?: (texts: TrainingTexts) => boolean
}

const OPTIMIZERS: Record<OptimizerName, string> = {
  sgd: 'SGD',
  momentum: 'Momentum',
  nesterov: 'Nesterov',
  adam: 'Adam',
  adamw: 'AdamW',
  adagrad: 'Adagrad',
  adadelta: 'Adadelta',
  rmsprop: 'RMSProp',
  ftrl: 'FTRL',
}
const SCHEDULES: Record<ScheduleName, string> = {
  constant: 'constant',
  step: 'steps down',
  cosine: 'cosine',
  plateau: 'falls on a plateau',
}
const BATCH_NORM: Record<BatchNormMode, string> = {
  moving: 'moving statistics',
  batch: 'batch statistics',
  'batch, affine frozen': 'batch statistics, affine frozen',
}
const AUGMENTATIONS: Record<AugmentationName, string> = {
  none: 'none',
  vgg: 'VGG: crops of a resized picture, flip',
  inception: 'Inception: crops of any size, flip, colour',
  modern: 'modern: gentle crops, flip, colour',
}
const YES_NO = { false: 'no', true: 'yes' }

const of = (names: Record<string, string>) =>
  Object.entries(names).map(([value, title]) => ({ value, title }))
const field = (name: TrainingField['name'], title: string, rest: Partial<TrainingField> = {}) => ({
  name,
  title,
  more: true,
  ...rest,
})
const steps = ({ schedule }: TrainingTexts) => schedule === 'step' || schedule === 'plateau'

/** In the order in which they are shown. */
export const TRAINING_FIELDS: readonly TrainingField[] = [
  field('optimizer', 'Optimizer', { more: false, options: of(OPTIMIZERS) }),
  field('learningRate', 'Learning rate', { more: false }),
  field('schedule', 'Schedule', { more: false, options: of(SCHEDULES) }),
  field('decayEvery', 'Decay every, epochs', { more: false, when: steps }),
  field('decayFactor', 'Decay factor', { more: false, when: steps }),
  field('epochs', 'Epochs', { more: false }),
  field('batchSize', 'Batch size', { more: false }),
  field('batchNorm', 'Batch norm', { more: false, options: of(BATCH_NORM) }),
  field('augmentation', 'Augmentation', { options: of(AUGMENTATIONS) }),
  field('views', 'Cached views per picture', { when: ({ augmentation }) => augmentation !== 'none' }),
  field('momentum', 'Momentum', {
    when: ({ optimizer }) => optimizer === 'momentum' || optimizer === 'nesterov',
  }),
  field('warmupEpochs', 'Warm-up, epochs'),
  field('l2', 'L2', { when: ({ weightDecay }) => !(Number(weightDecay) > 0) }),
  field('weightDecay', 'Decoupled weight decay'),
  field('decayAll', 'Decay batch norm and biases', { options: of(YES_NO) }),
  field('clipNorm', 'Clip gradients at norm', { empty: 'not clipped' }),
  field('labelSmoothing', 'Label smoothing'),
  field('mixup', 'Mixup, alpha'),
  field('dropout', 'Dropout before the head'),
  field('hiddenUnits', 'Hidden units in the head'),
  field('classWeights', 'Class weights', { options: of({ none: 'none', balanced: 'balanced' }) }),
  field('earlyStopping', 'Stop after epochs without gain', { empty: 'never' }),
  field('groupRates', 'Rate factors of layer groups', { text: true, empty: 'stem:0.1, blocks.6:0.5' }),
]

/** Settings as text; what is not set is empty. */
export function trainingTexts(settings: Partial<TrainingSettings>): TrainingTexts {
  const { groupRates = {}, ...plain } = settings
  const rates = Object.entries(groupRates).map(([group, factor]) => `${group}:${factor}`)
  return {
    ...Object.fromEntries(TRAINING_FIELDS.map(({ name }) => [name, ''])),
    ...Object.fromEntries(Object.entries(plain).map(([name, value]) => [name, `${value ?? ''}`])),
    groupRates: rates.join(', '),
  }
}

/** What to send, or which fields can't be read. The server checks the rest. */
export function trainingFrom(texts: TrainingTexts): { training: object } | { wrong: readonly string[] } {
  const wrong: string[] = []
  const training: Record<string, unknown> = {}
  for (const { name, options, text: isText } of TRAINING_FIELDS) {
    const text = (texts[name] ?? '').trim()
    if (text === '') continue
    const value = isText ? readRates(text) : options ? readOption(text) : Number(text)
    if (value === undefined || Number.isNaN(value)) wrong.push(name)
    else training[name] = value
  }
  return wrong.length > 0 ? { wrong } : { training }
}

const readOption = (text: string) => (text === 'true' || text === 'false' ? text === 'true' : text)

/** `stem:0.1, blocks.6:0.5`. */
function readRates(text: string): Record<string, number> | undefined {
  const pairs = text
    .split(',')
    .map((pair) => pair.trim())
    .filter(Boolean)
    .map((pair) => /^(\S+)\s*:\s*(\S+)$/.exec(pair))
  if (pairs.some((pair) => !pair || !Number.isFinite(Number(pair[2])))) return undefined
  return Object.fromEntries(pairs.map((pair) => [pair![1], Number(pair![2])]))
}
