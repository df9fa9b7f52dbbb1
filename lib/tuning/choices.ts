import type { ChosenSettings, RunSettings } from '../run/settings.ts'

/** The part of a run's settings that `--set` chooses. */
export function choicesOf(settings: RunSettings): ChosenSettings {
  const { dataset: _, backbone: _b, strategy: _s, recipe: _r, from: _f, trial: _t, ...choices } = settings
  return choices
}
