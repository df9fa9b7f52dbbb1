import type { NewRun } from '../api/runs.ts'
import type { Looks } from '../classify/look.ts'
import type { SolverKind, SolverSettings } from './solvers.ts'

/** Settings of each solver as they stand in the form: text, until the run is started. */
export type SolverTexts = { readonly [Kind in SolverKind]: Readonly<Record<string, string>> }

/** A run that is being put together. */
export type RunDraft = {
  readonly dataset: string
  readonly backbone: string
  readonly solver: SolverKind
  readonly texts: SolverTexts
  readonly refit: boolean
  readonly looks: Looks
  readonly resize: 'squash' | 'crop' | 'pad'
  readonly seed: string
}

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

/** What to send, or which fields are no numbers. The server checks the rest. */
export function runOf(draft: RunDraft): { run: NewRun } | { wrong: readonly string[] } {
  const { dataset, backbone, solver: kind, texts, refit, looks, resize, seed } = draft
  const filled = Object.entries({ ...texts[kind], seed }).filter(([, text]) => text.trim() !== '')
  const numbers = filled.map(([name, text]) => [name, Number(text)] as const)
  const wrong = numbers.filter(([, value]) => !Number.isFinite(value)).map(([name]) => name)
  if (wrong.length > 0) return { wrong }
  const { seed: chosenSeed, ...solver } = Object.fromEntries(numbers)
  const run = {
    dataset,
    backbone,
    strategy: 'feature-extraction',
    looks,
    ...(resize !== 'squash' && { preprocessing: { resize } }),
    ...(chosenSeed !== undefined && { seed: chosenSeed }),
    solver: { kind, ...solver, ...(kind === 'exact' && { refit }) },
  } as NewRun
  return { run }
}
