import type { BackboneGraph } from '../backbone/graph.ts'
import { HEAD } from '../backbone/head.ts'
import { learningRateOf, type TrainingSettings, viewsOf } from '../run/training.ts'
import { bytesPerView } from './cache-size.ts'
import { type DeviceMemory, fittingBatch, type MemoryEstimate, memoryAt, memoryOf } from './memory.ts'
import { type DeviceCalibration, kindOf, secondsOf, secondsTogether } from './minutes.ts'
import { phasesOf, type TrainingPhase, unknownGroup } from './phases.ts'
import { depthOf, type FreezePlan, planFreeze } from './plan-freeze.ts'
import type { Strategy } from './strategies.ts'
import { type PlanWarning, warningsOf } from './warnings.ts'

export type RunPlanTask = {
  /** With its head. */
  readonly graph: BackboneGraph
  readonly strategy: Strategy
  readonly training: TrainingSettings
  readonly pictures: {
    readonly train: number
    readonly validation: number
    /** Of the train split, in label order. */
    readonly perClass?: readonly number[]
  }
  /** What the feature cache may take for one phase. */
  readonly diskBudgetBytes: number
  /** How fast each device is, where that was measured. */
  readonly devices?: readonly DeviceCalibration[]
  /** What each device has. */
  readonly memories?: readonly DeviceMemory[]
  /** How many of them work on the run together, the first ones; one where absent. */
  readonly together?: number
}

/** What becomes of the frozen prefix: its output is cached, it runs in every epoch, or there is none. */
export type PrefixPlan = 'cached' | 'per epoch' | 'none'

export type PhasePlan = Omit<TrainingPhase, 'epochs' | 'learningRate'> & {
  readonly plan: FreezePlan
  /** 0 where the solver fits the head. */
  readonly epochs: number
  readonly learningRate: number
  /** Seeded views per picture that are used: never more than epochs. */
  readonly views: number
  readonly prefix: PrefixPlan
  /** Of all train pictures in all views, and of validation as it is. */
  readonly cacheBytes: number
  readonly memory: MemoryEstimate
  /** Of each device. */
  readonly memoryBytes: number
  /** The largest batch that fits into every device; absent where nobody knows what they have. */
  readonly fittingBatch?: number
  /** On each device; where several work together, on all of them. */
  readonly seconds: readonly { readonly device: string; readonly seconds: number }[]
}

/** What a run will do, cost and risk, known before it starts. */
export type PlannedRun = {
  readonly phases: readonly PhasePlan[]
  readonly skipped: readonly string[]
  readonly warnings: readonly PlanWarning[]
  /** How many work on it together. */
  readonly devices: number
}

/**
 * Plans a run: its phases on this backbone, cache, memory, time on each device, and what an expert would warn of.
 *
 * @throws what {@link phasesOf} throws.
 */
export function planRun(task: RunPlanTask): PlannedRun {
  const { graph, strategy, training } = task
  for (const group of Object.keys(training.groupRates))
    if (!graph.groups.includes(group)) throw unknownGroup(group, graph.groups)
  const { phases, skipped } = phasesOf(strategy, graph)
  const planned = phases.map((phase) => planPhase(phase, task))
  return {
    phases: planned,
    skipped,
    warnings: warningsOf(planned, skipped, task),
    devices: task.together ?? 1,
  }
}

function planPhase(phase: TrainingPhase, task: RunPlanTask): PhasePlan {
  const { graph, training, pictures, diskBudgetBytes, devices = [], together = 1 } = task
  const { name, trained, by } = phase
  const plan = planFreeze(graph, trained, training.batchNorm)
  const epochs = by === 'solver' ? 0 : (phase.epochs ?? training.epochs)
  const views = by === 'solver' ? 1 : Math.min(viewsOf(training), epochs)
  const cacheBytes = (pictures.train * views + pictures.validation) * bytesPerView(plan)
  const fits = cacheBytes <= diskBudgetBytes
  const prefix = !fits ? 'per epoch' : plan.prefix.length > 1 ? 'cached' : 'none'
  const { memories = [] } = task
  const memory = memoryOf(graph, plan, training.optimizer)
  const fitting = fittingBatch(memory, memories, together)
  const kind = kindOf(graph)
  const batch = Math.min(training.batchSize, Math.max(1, pictures.train))
  return {
    name,
    trained,
    by,
    plan,
    epochs,
    learningRate: phase.learningRate ?? learningRateOf(training, depthOf(plan)),
    views,
    prefix,
    cacheBytes,
    memory,
    memoryBytes: memoryAt(memory, Math.ceil(batch / together)),
    ...(fitting !== undefined && { fittingBatch: fitting }),
    seconds: secondsTogether(
      devices.map((device) => ({
        device: device.device,
        seconds: secondsOf(
          { kind, flops: plan.flops, epochs, views, everyEpoch: prefix === 'per epoch', ...pictures },
          device,
        ),
      })),
      together,
    ),
  }
}

/** Whether a phase trains more than the head. */
export function trainsBackbone({ plan }: Pick<PhasePlan, 'plan'>): boolean {
  return plan.trainedGroups.some((group) => group !== HEAD)
}
