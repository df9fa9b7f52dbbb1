import type { PlannedPhaseAnswer, RunPlanAnswer } from '../../lib/api/plans.ts'
import type { NewRun } from '../../lib/api/runs.ts'
import { strategyOf, trainingOf } from '../../lib/run/settings.ts'
import { matchPatterns } from '../../lib/strategy/patterns.ts'
import { type PhasePlan, planRun } from '../../lib/strategy/plan-run.ts'
import { readCalibration } from '../trainer/calibration.ts'
import { cacheBudgetBytes } from '../trainer/fine-tuning/cache-budget.ts'
import { featureCacheFolder } from '../trainer/split-features.ts'
import type { Worker } from './open.ts'
import { resolveRun } from './queue-run.ts'

/**
 * What a run would do, before it is queued: the trainer plans the same way.
 *
 * @throws as {@link resolveRun} and `planRun`.
 */
export async function planOf(worker: Worker, wanted: NewRun): Promise<RunPlanAnswer> {
  const { store, dataDir } = worker
  const { settings, version, graph, featuresOnly } = await resolveRun(worker, wanted)
  const [perClass, calibration, diskBudgetBytes] = await Promise.all([
    store.datasets.perClass(version.id, version.classes.length),
    readCalibration(dataDir),
    cacheBudgetBytes(featureCacheFolder(dataDir)),
  ])
  const { trainable = [], skip = [] } = settings.freeze ?? {}
  const { train, validation } = version.counts
  const { phases, warnings } = planRun({
    graph,
    strategy: strategyOf(settings),
    training: trainingOf(settings),
    pictures: { train, validation, perClass: perClass.map(({ train: count }) => count) },
    diskBudgetBytes,
    ...(calibration && !featuresOnly && { devices: [calibration] }),
  })
  return {
    phases: phases.map(phaseAnswer).map((phase) => (featuresOnly ? ofFeatures(phase) : phase)),
    patterns: {
      trainable: matched(matchPatterns(graph, trainable)),
      skip: matched(matchPatterns(graph, skip)),
    },
    warnings: [...warnings],
    times: (phases[0]?.seconds ?? []).map(({ device }, i) => ({
      device,
      seconds: phases.reduce((sum, phase) => sum + phase.seconds[i]!.seconds, 0),
    })),
  }
}

function phaseAnswer(phase: PhasePlan): PlannedPhaseAnswer {
  const { name, by, epochs, learningRate, plan, prefix, views, cacheBytes, memoryBytes, seconds } = phase
  const { groups, trainableParameters, frozenParameters, boundaryTensors, flops } = plan
  return {
    name,
    by,
    epochs,
    learningRate,
    groups: groups.map(({ name: group, state }) => ({ name: group, state })),
    parameters: { trained: trainableParameters, all: trainableParameters + frozenParameters },
    cut: boundaryTensors.map(({ id, shape }) => ({ id, shape: [...shape] })),
    prefix,
    views,
    cacheBytes,
    memoryBytes,
    flops: { frozen: flops.prefix, forward: flops.suffix, backward: flops.suffixBackward },
    times: [...seconds],
  }
}

/** What an imported network costs, nobody knows. */
function ofFeatures(phase: PlannedPhaseAnswer): PlannedPhaseAnswer {
  const { forward, backward } = phase.flops
  return { ...phase, prefix: 'cached', flops: { forward, backward } }
}

const matched = (found: ReturnType<typeof matchPatterns>) =>
  found.map(({ pattern, weights }) => ({ pattern, weights: [...weights] }))
