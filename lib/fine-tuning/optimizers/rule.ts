import type { Tensor, Tf } from '../kernels.ts'

/** What one weight's step starts from. */
export type Update = {
  readonly weight: Tensor
  readonly gradient: Tensor
  readonly slots: Readonly<Record<string, Tensor>>
  readonly rate: number
  /** Steps of this phase, this one included: 1, 2, … */
  readonly step: number
}

export type Updated = { readonly weight: Tensor; readonly slots: Readonly<Record<string, Tensor>> }

/** How an optimizer moves one weight. Runs inside a `tidy`: what it makes on the way is freed. */
export type OptimizerRule = {
  /** What it remembers of a weight, before the first step. */
  begin(weight: Tensor, rate: number): Readonly<Record<string, Tensor>>
  update(update: Update): Updated
}

export type MakeRule<Settings> = (tf: Tf, settings: Settings) => OptimizerRule
