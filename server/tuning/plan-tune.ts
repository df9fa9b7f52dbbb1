import { type NewTune, newTuneSchema } from '../../lib/api/tunes.ts'
import { strategyOf } from '../../lib/run/settings.ts'
import { phasesOf } from '../../lib/strategy/phases.ts'
import { makeTunePlan } from '../../lib/tuning/make-plan.ts'
import { trialsOf } from '../../lib/tuning/next-trials.ts'
import type { TunePlan } from '../../lib/tuning/plan.ts'
import { variedSettings } from '../../lib/tuning/trial-settings.ts'
import type { Worker } from '../worker/open.ts'
import { resolveRun } from '../worker/queue-run.ts'

/**
 * A tune that can be done. What can be seen to fail in any of its trials is refused at once.
 *
 * @throws as `makeTunePlan`, `resolveRun` and `phasesOf`.
 */
export async function planTune(worker: Worker, wanted: NewTune): Promise<TunePlan> {
  const { run, ...rest } = newTuneSchema.parse(wanted)
  const { settings: whole, version } = await resolveRun(worker, run)
  const { recipe, ...settings } = whole
  const plan = makeTunePlan({ ...rest, base: settings, version })
  const seen = new Set<string>()
  for (const varied of trialsOf(plan)) {
    const trialRun = variedSettings(settings, varied)
    const { freeze, looks, training } = trialRun
    const kind = JSON.stringify([freeze, looks, training?.hiddenUnits])
    if (seen.has(kind)) continue
    seen.add(kind)
    const { graph } = await resolveRun(worker, trialRun)
    phasesOf(strategyOf(trialRun), graph)
  }
  return plan
}
