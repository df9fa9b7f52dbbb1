import type { Backbone } from '../api/machine.ts'
import type { NewRun } from '../api/runs.ts'
import type { Looks } from '../classify/look.ts'
import { FIRST_FREEZE, type FreezeDraft, freezeOf } from './freeze-draft.ts'
import type { SolverKind, SolverSettings } from './solvers.ts'
import { type TrainingTexts, trainingFrom } from './training-fields.ts'

/** Settings of each solver as they stand in the form: text, until the run is started. */
export type SolverTexts = { readonly [Kind in SolverKind]: Readonly<Record<string, string>> }

/** A run that is being put together. */
export type RunDraft = {
  readonly dataset: string
  readonly backbone: string
  /** Until anything but the dataset and the seed is changed. */
  readonly recipe?: string | undefined
  readonly freeze: FreezeDraft
  readonly solver: SolverKind
  readonly texts: SolverTexts
  readonly refit: boolean
  /** Only where more than the head is trained. */
  readonly training: TrainingTexts
  readonly looks: Looks
  readonly resize: 'squash' | 'crop' | 'pad'
  readonly seed: string
  readonly devices: number
}

/** What an untouched form says. */
export type DraftDefaults = { readonly solvers: SolverTexts; readonly training: TrainingTexts }

/** Defaults of the solvers as text; what is chosen by itself is empty. */
export function textsOf(defaults: { readonly [Kind in SolverKind]: SolverSettings }): SolverTexts {
  const texts = (settings: SolverSettings) =>
    Object.fromEntries(
      Object.entries(settings).flatMap(([name, value]) =>
        typeof value === 'number' ? [[name, `${value}`]] : [],
      ),
    )
  return { exact: { l2: '', ...texts(defaults.exact) }, sgd: texts(defaults.sgd), adam: texts(defaults.adam) }
}

/** The first backbone whose weights are here, frozen, with the exact solver. */
export function firstDraft(
  dataset: string,
  backbones: readonly Backbone[],
  { solvers, training }: DraftDefaults,
): RunDraft {
  const ready = backbones.find(({ weights }) => weights !== 'absent') ?? backbones[0]!
  return {
    dataset,
    backbone: ready.id,
    freeze: FIRST_FREEZE,
    solver: 'exact',
    texts: solvers,
    refit: true,
    training,
    looks: 'whole',
    resize: 'squash',
    seed: '0',
    devices: 1,
  }
}

/** What to send, or which fields are no numbers. The server checks the rest. */
export function runOf(draft: RunDraft): { run: NewRun } | { wrong: readonly string[] } {
  const { dataset, backbone, recipe, solver: kind, texts, refit, looks, resize, seed, devices } = draft
  const filled = Object.entries({ ...texts[kind], seed }).filter(([, text]) => text.trim() !== '')
  const numbers = filled.map(([name, text]) => [name, Number(text)] as const)
  const strategy = freezeOf(draft.freeze)
  const tuned = draft.freeze.choice === 'features' ? { training: undefined } : trainingFrom(draft.training)
  const wrong = [
    ...numbers.filter(([, value]) => !Number.isFinite(value)).map(([name]) => name),
    ...('wrong' in strategy ? strategy.wrong : []),
    ...('wrong' in tuned ? tuned.wrong.map((name) => `training.${name}`) : []),
  ]
  if (wrong.length > 0) return { wrong }
  const { seed: chosenSeed, ...solver } = Object.fromEntries(numbers)
  const run = {
    dataset,
    backbone,
    ...strategy,
    ...tuned,
    ...(recipe !== undefined && { recipe }),
    looks,
    ...(resize !== 'squash' && { preprocessing: { resize } }),
    ...(devices > 1 && { devices }),
    ...(chosenSeed !== undefined && { seed: chosenSeed }),
    solver: { kind, ...solver, ...(kind === 'exact' && { refit }) },
  } as NewRun
  return { run }
}
