import type { StrategyName } from '../strategy/strategies.ts'
import type { FreezeOptions } from './freeze.ts'

// Apart from the strategies' own code, so that the page loads no graphs: the server says what a choice comes to.

/** What is trained, as the page offers it. */
export type FreezeChoice = 'features' | 'groups' | 'everything' | 'gradual' | 'patterns'

/** A stage of gradual unfreezing as it stands in the form. */
export type StageDraft = {
  /** How many of the last layer groups, or `all`. */
  readonly groups: string
  readonly epochs: string
  readonly learningRate: string
}

export type FreezeDraft = {
  readonly choice: FreezeChoice
  /** `groups`: how many of the last ones, or which. */
  readonly groups: number | readonly string[]
  readonly stages: readonly StageDraft[]
  /** Patterns as they are written, with commas or spaces between. */
  readonly trainable: string
  readonly skip: string
  readonly headFirst: boolean
}

export const FIRST_FREEZE: FreezeDraft = {
  choice: 'features',
  groups: 1,
  stages: [
    { groups: '0', epochs: '', learningRate: '' },
    { groups: 'all', epochs: '', learningRate: '' },
  ],
  trainable: '',
  skip: '',
  headFirst: true,
}

/** The layer groups that are trained at some time, of those of a backbone; patterns are the server's to match. */
export function trainedGroups(freeze: FreezeDraft, names: readonly string[]): string[] {
  switch (freeze.choice) {
    case 'features':
    case 'patterns':
      return []
    case 'everything':
      return [...names]
    case 'groups':
      return chosenOf(freeze.groups, names)
    case 'gradual':
      return names.filter((name) => stageOf(freeze, names, name) !== undefined)
  }
}

/** The first stage in which a layer group is trained, from 1; undefined where none does. */
export function stageOf(freeze: FreezeDraft, names: readonly string[], name: string): number | undefined {
  const at = freeze.stages.findIndex(({ groups }) =>
    chosenOf(groups === 'all' ? names.length : Number(groups), names).includes(name),
  )
  return at < 0 ? undefined : at + 1
}

/** How many groups stand before the cut. */
export function frozenBefore(trained: readonly string[], names: readonly string[]): number {
  const first = names.findIndex((name) => trained.includes(name))
  return first < 0 ? names.length : first
}

/** With the cut behind so many groups: all before it frozen, all after it trained. */
export function withCut(freeze: FreezeDraft, names: readonly string[], frozen: number): FreezeDraft {
  return withTrained(freeze, names, names.slice(Math.max(0, frozen)))
}

/** With one group the other way round. */
export function withToggled(freeze: FreezeDraft, names: readonly string[], name: string): FreezeDraft {
  const trained = trainedGroups(freeze, names)
  const next = trained.includes(name) ? trained.filter((one) => one !== name) : [...trained, name]
  return withTrained(
    freeze,
    names,
    names.filter((one) => next.includes(one)),
  )
}

/** The same choice on another backbone, whose groups have other names. */
export function onBackbone(
  freeze: FreezeDraft,
  { groups, frozenOnly }: { groups: readonly { name: string }[]; frozenOnly: boolean },
): FreezeDraft {
  const names = groups.map(({ name }) => name)
  const kept =
    typeof freeze.groups === 'number'
      ? Math.min(freeze.groups, names.length)
      : freeze.groups.every((name) => names.includes(name))
        ? freeze.groups
        : 1
  return {
    ...freeze,
    groups: kept,
    choice: frozenOnly ? 'features' : freeze.choice,
    stages: freeze.stages.map((stage) =>
      Number(stage.groups) > names.length ? { ...stage, groups: 'all' } : stage,
    ),
  }
}

/** Whether the run's solver fits the head before anything else, or alone. */
export function isSolved({ choice, stages, headFirst, skip }: FreezeDraft, hiddenUnits: number): boolean {
  if (choice === 'features') return true
  if (hiddenUnits > 0) return false
  if (choice === 'gradual') return stages[0]?.groups === '0' && stages[0].epochs.trim() === ''
  return headFirst && (choice !== 'patterns' || skip.trim() === '')
}

/** What to send, or which fields are wrong. */
export function freezeOf(
  freeze: FreezeDraft,
): { strategy: StrategyName; freeze?: FreezeOptions } | { wrong: readonly string[] } {
  const { choice, groups } = freeze
  const headFirst = freeze.headFirst ? {} : { headFirst: false }
  switch (choice) {
    case 'features':
      return { strategy: 'feature-extraction' }
    case 'everything':
      return { strategy: 'full-fine-tuning', freeze: headFirst }
    case 'groups': {
      const chosen = typeof groups === 'number' ? groups : [...groups]
      return { strategy: 'partial-fine-tuning', freeze: { groups: chosen, ...headFirst } }
    }
    case 'gradual':
      return stagesOf(freeze.stages)
    case 'patterns': {
      const trainable = listed(freeze.trainable)
      const skip = listed(freeze.skip)
      if (trainable.length === 0) return { wrong: ['trainable'] }
      const options = { trainable, ...(skip.length > 0 && { skip }), ...headFirst }
      return { strategy: 'partial-fine-tuning', freeze: options }
    }
  }
}

function stagesOf(stages: readonly StageDraft[]): ReturnType<typeof freezeOf> {
  const wrong = stages.flatMap(({ epochs, learningRate }, i) => [
    ...(isNumber(epochs) ? [] : [`epochs of stage ${i + 1}`]),
    ...(isNumber(learningRate) ? [] : [`learningRate of stage ${i + 1}`]),
  ])
  if (wrong.length > 0) return { wrong }
  const made = stages.map(({ groups, epochs, learningRate }) => ({
    groups: groups === 'all' ? ('all' as const) : Number(groups),
    ...(epochs.trim() !== '' && { epochs: Number(epochs) }),
    ...(learningRate.trim() !== '' && { learningRate: Number(learningRate) }),
  }))
  return { strategy: 'gradual-unfreezing', freeze: { stages: made } }
}

function withTrained(freeze: FreezeDraft, names: readonly string[], trained: readonly string[]): FreezeDraft {
  if (trained.length === 0) return { ...freeze, choice: 'features' }
  if (trained.length === names.length) return { ...freeze, choice: 'everything' }
  const areLast = names.length - frozenBefore(trained, names) === trained.length
  return { ...freeze, choice: 'groups', groups: areLast ? trained.length : trained }
}

function chosenOf(groups: number | readonly string[], names: readonly string[]): string[] {
  if (typeof groups === 'number') return groups === 0 ? [] : names.slice(-groups)
  return names.filter((name) => groups.includes(name))
}

/** Empty counts: it is left to the run. */
const isNumber = (text: string) => Number.isFinite(Number(text))

const listed = (text: string) => text.split(/[\s,]+/).filter(Boolean)
