import { z } from 'zod'
import { LOOKS } from '../classify/look.ts'
import { Problem } from '../problem.ts'
import { STRATEGY_NAMES, type Strategy, type StrategyName } from '../strategy/strategies.ts'
import { FREEZE_TEXT, freezeSchema } from './freeze.ts'
import { nearest } from './near-names.ts'
import { SOLVERS, type SolverKind, solverSchema } from './solvers.ts'
import { GROUP_RATES_TEXT, type TrainingSettings, trainingSchema } from './training.ts'

/** More than any machine has. */
export const MOST_DEVICES = 64

/** What is left to choose once dataset, backbone and strategy are named; everything has a default. */
const CHOICES = {
  preprocessing: z
    .strictObject({
      resize: z.enum(['squash', 'crop', 'pad']).describe('squash, crop or pad').optional(),
    })
    .optional(),
  looks: z
    .enum(LOOKS)
    .describe(`one of ${LOOKS.join(', ')}`)
    .default('whole'),
  solver: solverSchema.default({ kind: 'exact', refit: true }),
  /** Options of the strategy. */
  freeze: freezeSchema.optional(),
  /** Only where the strategy trains more than the head. */
  training: trainingSchema.optional(),
  /** How many devices of a machine it trains on; absent: one. */
  devices: z
    .number()
    .int()
    .min(1)
    .max(MOST_DEVICES)
    .describe(`a whole number from 1 to ${MOST_DEVICES}`)
    .optional(),
  /** Everything random in a run follows from it. */
  seed: z.number().int().min(0).max(0xffffffff).describe('a whole number from 0 to 4294967295').default(0),
}

const choicesSchema = z.strictObject(CHOICES)

/** Choices before their defaults are filled in, as recipes write them. */
export type ChoicesInput = Partial<z.input<typeof choicesSchema>>

/** The run whose model another run starts from; `best` by validation, or as its last step left it. */
export const startFromSchema = z.strictObject({
  run: z.string().min(1),
  checkpoint: z.enum(['best', 'last']).default('best'),
})
export type StartFrom = z.infer<typeof startFromSchema>

const whole = z.number().int().nonnegative()
/** Which trial of a tune; rungs count from 0, trials from 1. */
const trialSchema = z.strictObject({ tune: z.string().min(1), number: whole.min(1), rung: whole })

/** What a run is asked to do. Stored with it, whole, so that it can be done again. */
export const runSettingsSchema = z.strictObject({
  /** Id of a dataset version. */
  dataset: z.string().min(1),
  backbone: z.string().min(1),
  strategy: z.enum(STRATEGY_NAMES),
  /** The recipe that it came from, for people. */
  recipe: z.string().optional(),
  /** Absent: it starts from the pretrained weights. */
  from: startFromSchema.optional(),
  /** The tune that it is a trial of: it is judged on validation, and lists of runs leave it out. */
  trial: trialSchema.optional(),
  ...CHOICES,
})
export type RunSettings = z.infer<typeof runSettingsSchema>

/** The part of the settings that `--set` chooses; dataset, backbone, strategy and recipe have options of their own. */
export type ChosenSettings = Omit<
  RunSettings,
  'dataset' | 'backbone' | 'strategy' | 'recipe' | 'from' | 'trial'
>

/** A run's strategy with its options. A head that another run trained goes on as it is, unless it is asked otherwise. */
export function strategyOf({
  strategy: name,
  freeze,
  from,
}: Pick<RunSettings, 'strategy' | 'freeze' | 'from'>): Strategy {
  const goesOn = from !== undefined && (name === 'partial-fine-tuning' || name === 'full-fine-tuning')
  return { name, ...(goesOn && { headFirst: false }), ...freeze }
}

/** How a run trains what its strategy unfreezes, defaults filled in. */
export function trainingOf({ training }: Pick<RunSettings, 'training'>): TrainingSettings {
  return training ?? trainingSchema.parse({})
}

/** How many devices a run asks for. */
export function devicesWanted({ devices }: Pick<RunSettings, 'devices'>): number {
  return devices ?? 1
}

/** Units of the head's hidden layer; 0 where it has none. */
export function hiddenUnitsOf(settings: Pick<RunSettings, 'training'>): number {
  return settings.training?.hiddenUnits ?? 0
}

/** A key's place in the settings, and what it takes. */
type Setting = { path: readonly [string] | readonly [string, string]; takes: z.ZodType }

/**
 * Settings from `--set key=value` pairs, defaults filled in. Keys are dotted (`solver.kind=sgd`); `solver=sgd` and the
 * last part alone (`l2=1e-3`, `resize=crop`) are understood too; what both the solver of the head and fine-tuning have
 * (`epochs`) is then the strategy's. Of a key that is set twice the last value counts. `base` is what is not set: a
 * recipe's choices.
 *
 * @throws Problem `settings/unknown-key` with the names that are near, `settings/bad-value` with what is allowed.
 */
export function parseSet(
  pairs: readonly string[],
  strategy: StrategyName = 'feature-extraction',
  base: ChoicesInput = {},
): ChosenSettings {
  const given = new Map(pairs.map(splitPair).map(([key, value]) => [settingName(key, strategy), value]))
  const kind = solverKind(given.get('solver.kind'), base.solver?.kind)
  const known = settingsOf(kind, strategy)
  const chosen: Record<string, unknown> = {
    ...base,
    ...(strategy !== 'feature-extraction' && { training: base.training ?? {} }),
  }
  if (base.solver && base.solver.kind !== kind) delete chosen.solver
  if (kind !== 'exact' || given.has('solver.kind')) chosen.solver = { ...(chosen.solver as object), kind }
  for (const [key, text] of given) {
    const setting = known.get(key)
    if (!setting) throw unknownKey(key, kind, strategy)
    const value = readValue(key, text, setting.takes)
    const [outer, inner] = setting.path
    if (inner === undefined) chosen[outer] = value
    else chosen[outer] = { ...(outer === 'solver' && { kind }), ...(chosen[outer] as object), [inner]: value }
  }
  return choicesSchema.parse(chosen)
}

/** Every key that `--set` takes with a strategy, for help texts. */
export function settableKeys(strategy: StrategyName = 'feature-extraction'): string[] {
  return [...new Set(kinds().flatMap((kind) => [...settingsOf(kind, strategy).keys()]))]
}

function settingsOf(kind: SolverKind, strategy: StrategyName): Map<string, Setting> {
  const settings = new Map<string, Setting>([
    [
      'preprocessing.resize',
      { path: ['preprocessing', 'resize'], takes: CHOICES.preprocessing.unwrap().shape.resize },
    ],
    ['looks', { path: ['looks'], takes: CHOICES.looks }],
    ['seed', { path: ['seed'], takes: CHOICES.seed }],
    ['devices', { path: ['devices'], takes: CHOICES.devices }],
    ['solver.kind', { path: ['solver', 'kind'], takes: kindSchema }],
  ])
  for (const [name, takes] of Object.entries(SOLVERS[kind].shape)) {
    if (name !== 'kind') settings.set(`solver.${name}`, { path: ['solver', name], takes })
  }
  for (const [name, takes] of Object.entries(freezeTexts(strategy)))
    settings.set(`freeze.${name}`, { path: ['freeze', name], takes })
  if (strategy !== 'feature-extraction') {
    for (const [name, takes] of Object.entries({ ...trainingSchema.shape, groupRates: GROUP_RATES_TEXT }))
      settings.set(`training.${name}`, { path: ['training', name], takes })
  }
  return settings
}

/** Only the strategies' own options, so that another's is an unknown key. */
function freezeTexts(strategy: StrategyName): Record<string, z.ZodType> {
  const { headFirst, groups, stages, trainable, skip } = FREEZE_TEXT
  switch (strategy) {
    case 'feature-extraction':
      return {}
    case 'partial-fine-tuning':
      return { groups, trainable, skip, headFirst }
    case 'full-fine-tuning':
      return { skip, headFirst }
    case 'gradual-unfreezing':
      return { stages, skip }
  }
}

const kinds = () => Object.keys(SOLVERS) as SolverKind[]
const kindSchema = z.enum(['exact', 'sgd', 'adam']).describe('exact, sgd or adam')

function solverKind(text: string | undefined, base: SolverKind = 'exact'): SolverKind {
  return text === undefined ? base : (readValue('solver.kind', text, kindSchema) as SolverKind)
}

function splitPair(pair: string): [string, string] {
  const at = pair.indexOf('=')
  if (at > 0) return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
  throw new Problem('settings/bad-value', {
    says: `"${pair}" is no setting.`,
    advice: 'Write it as key=value, for example --set solver=sgd.',
  })
}

/** A key as it stands in the settings; an unknown one as it was written. */
export function settingName(key: string, strategy: StrategyName): string {
  if (key === 'solver') return 'solver.kind'
  const named = settableKeys(strategy).filter((name) => name === key || name.endsWith(`.${key}`))
  return named.find((name) => name.startsWith('training.')) ?? named[0] ?? key
}

function readValue(key: string, text: string, takes: z.ZodType): unknown {
  const read = takes.safeParse(fromText(text))
  if (text !== '' && read.success) return read.data
  throw new Problem('settings/bad-value', {
    says: `"${key}" can't be "${text}".`,
    advice: `It takes ${described(takes)}.`,
  })
}

/** Text as JSON would read it: numbers and truth values as such, the rest stays text. */
function fromText(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : text
}

/** The words that describe a schema, under whatever default or optional wraps it. */
function described(schema: z.ZodType): string {
  if (schema.description !== undefined) return schema.description
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional)
    return described(schema.unwrap() as z.ZodType)
  return 'something else'
}

function unknownKey(key: string, kind: SolverKind, strategy: StrategyName): Problem {
  const others = kinds().filter((other) => settingsOf(other, strategy).has(key))
  if (others.length > 0) {
    return new Problem('settings/unknown-key', {
      says: `The solver "${kind}" has no setting "${key}".`,
      advice: `It belongs to ${others.map((other) => `solver=${other}`).join(' and ')}.`,
    })
  }
  const strategies = STRATEGY_NAMES.filter((name) =>
    settableKeys(name).some((known) => known === key || known.endsWith(`.${key}`)),
  )
  if (strategies.length > 0) {
    return new Problem('settings/unknown-key', {
      says: `The strategy "${strategy}" has no setting "${key}".`,
      advice: `It belongs to ${strategies.map((name) => `--strategy ${name}`).join(' and ')}.`,
    })
  }
  const known = [...settingsOf(kind, strategy).keys()]
  const near = nearest(key, known)
  return new Problem('settings/unknown-key', {
    says: `There is no setting "${key}".`,
    advice: near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `Settings are ${known.join(', ')}.`,
  })
}
