import type { PlannedPhaseAnswer, RunPlanAnswer } from '../../lib/api/plans.ts'
import type { NewRun } from '../../lib/api/runs.ts'
import { classChanges } from '../../lib/fine-tuning/grow-head.ts'
import { Problem } from '../../lib/problem.ts'
import {
  devicesWanted,
  hiddenUnitsOf,
  type RunSettings,
  strategyOf,
  trainingOf,
} from '../../lib/run/settings.ts'
import { matchPatterns } from '../../lib/strategy/patterns.ts'
import { type PhasePlan, planRun } from '../../lib/strategy/plan-run.ts'
import type { MachineSpeed } from '../calibration/lazily.ts'
import { deviceMemories } from '../machine/memory.ts'
import { cacheBudgetBytes } from '../trainer/fine-tuning/cache-budget.ts'
import { featureCacheFolder } from '../trainer/split-features.ts'
import type { Worker } from './open.ts'
import { resolveRun } from './queue-run.ts'

/**
 * What a run would do, before it is queued: the trainer plans the same way. A strategy that does not fit the backbone is
 * planned as the problem that would refuse the run.
 *
 * @throws as {@link resolveRun}.
 */
export async function planOf(worker: Worker, speed: MachineSpeed, wanted: NewRun): Promise<RunPlanAnswer> {
  const { store, dataDir } = worker
  const { settings, version, graph, featuresOnly } = await resolveRun(worker, wanted)
  const [perClass, { devices, measuring }, memories, diskBudgetBytes] = await Promise.all([
    store.datasets.perClass(version.id, version.classes.length),
    speed.known(),
    worker.devices().then(deviceMemories),
    cacheBudgetBytes(featureCacheFolder(dataDir)),
  ])
  const { trainable = [], skip = [] } = settings.freeze ?? {}
  const { train, validation } = version.counts
  const start = await startOf(worker, settings, version.classes)
  const together = devicesWanted(settings)
  const about = { measuring: measuring && !featuresOnly, memories, devices: together }
  try {
    const { phases, warnings } = planRun({
      graph,
      strategy: strategyOf(settings),
      training: trainingOf(settings),
      pictures: { train, validation, perClass: perClass.map(({ train: count }) => count) },
      diskBudgetBytes,
      memories,
      together,
      ...(!featuresOnly && { devices }),
    })
    return {
      ...about,
      ...(start && { start: { ...start, isSolved: phases[0]!.by === 'solver' } }),
      phases: phases.map(phaseAnswer).map((phase) => (featuresOnly ? ofFeatures(phase) : phase)),
      patterns: {
        trainable: matched(matchPatterns(graph, trainable)),
        skip: matched(matchPatterns(graph, skip)),
      },
      warnings: [...warnings],
      problems: [],
      times: (phases[0]?.seconds ?? []).map(({ device }, i) => ({
        device,
        seconds: phases.reduce((sum, phase) => sum + phase.seconds[i]!.seconds, 0),
      })),
    }
  } catch (thrown) {
    // Half-written patterns are no failed request: they are what is being planned.
    const problem = Problem.from(thrown)
    if (!problem.code.startsWith('strategy/')) throw problem
    const patterns = { trainable: [], skip: [] }
    return { ...about, phases: [], patterns, warnings: [], problems: [problem.summary()], times: [] }
  }
}

/** What becomes of the classes of the run that this one starts from. */
async function startOf({ store }: Worker, { from, ...settings }: RunSettings, classes: readonly string[]) {
  const parent = from && (await store.runs.find(from.run))
  if (!parent) return undefined
  const fits = hiddenUnitsOf(parent.settings) === hiddenUnitsOf(settings)
  const { kept, fresh, dropped } = classChanges(parent.dataset.classes, classes, fits)
  return { ...from, kept: kept.length, fresh: [...fresh], dropped: [...dropped] }
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
