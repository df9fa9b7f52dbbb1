import type { Backbone } from '../api/machine.ts'
import type { NewRun } from '../api/runs.ts'
import type { Looks } from '../classify/look.ts'
import { FIRST_FREEZE, type FreezeDraft, freezeOf } from './freeze-draft.ts'
import type { SolverKind, SolverSettings } from './solvers.ts'
import { type TrainingTexts, trainingFrom } from './training-fields.ts'

/** Settings of each solver as they stand in the form: text, until the run is started. */
export type SolverTexts = { readonly [Kind in SolverKind]: Readonly<Record<string, string>> }

/** The run whose model the new one starts from. */
export type StartDraft = { readonly run: string; readonly checkpoint: 'best' | 'last' }

/** A run that is being put together. */
export type RunDraft = {
  readonly dataset: string
  readonly backbone: string
  /** Absent: the pretrained weights. */
  readonly from?: StartDraft | undefined
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

/** A head that another run trained goes on as it is, until that is chosen otherwise. */
export function withStart(draft: RunDraft, from: StartDraft | undefined): RunDraft {
  return { ...draft, from, freeze: { ...draft.freeze, headFirst: from === undefined } }
}

/** What to send, or which fields are no numbers. The server checks the rest. */
export function runOf(draft: RunDraft): { run: NewRun } | { wrong: readonly string[] } {
  const { dataset, backbone, from, recipe, solver: kind, texts, refit, looks, resize, seed, devices } = draft
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
    ...(from && { from, ...('strategy' in strategy && headOf(strategy, draft.freeze)) }),
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

/** Where a run starts from another one its head goes on by default: that it is fitted first must be said. */
function headOf(
  { strategy, freeze }: Pick<NewRun, 'strategy' | 'freeze'>,
  { headFirst }: FreezeDraft,
): Pick<NewRun, 'freeze'> {
  const asks = headFirst && (strategy === 'partial-fine-tuning' || strategy === 'full-fine-tuning')
  return asks ? { freeze: { ...freeze, headFirst } } : {}
}
