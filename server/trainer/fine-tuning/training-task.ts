import { trainableNames } from '../../../lib/backbone/cost.ts'
import type { WeightTensor } from '../../../lib/backbone/graph.ts'
import { HEAD, type Head, headTensors } from '../../../lib/backbone/head.ts'
import type { FineTuneTask } from '../../../lib/fine-tuning/fine-tune.ts'
import { trainingOf } from '../../../lib/run/settings.ts'
import { fineTuningPhase } from '../../../lib/strategy/fine-tuning-phase.ts'
import { freshWeights } from '../../../lib/strategy/fresh-weights.ts'
import type { PhasePlan, PlannedRun } from '../../../lib/strategy/plan-run.ts'
import { loadBackboneWeights } from '../../weights/load.ts'
import type { PreparedBackbone } from '../backbone.ts'
import type { Job } from '../job.ts'
import { perClass } from '../plan.ts'

/** What is trained: the same on every device of a run. */
export type Training = {
  readonly job: Job
  readonly backbone: PreparedBackbone
  readonly planned: Pick<PlannedRun, 'phases' | 'skipped'>
}

/** The phases that are trained epoch by epoch; a solver does the others. */
export function phasesByEpochs({ phases }: Pick<PlannedRun, 'phases'>): PhasePlan[] {
  return phases.filter(({ by }) => by === 'epochs')
}

/** Whether what training starts from is judged too: where a solver fitted the head. */
export function judgesStart({ phases }: Pick<PlannedRun, 'phases'>): boolean {
  return phases[0]!.by === 'solver'
}

/** Where training starts: pretrained weights, and what takes the place of some of them. */
export type StartingPoint = Required<Pick<FineTuneTask, 'weights'>> & {
  readonly begin: ReadonlyMap<string, WeightTensor>
}

/** Pretrained weights, with what starts fresh, and the head where a solver fitted one. */
export async function startingPoint(
  { job: { settings, dataDir }, backbone: { graphWithHead }, planned }: Training,
  head: Head | undefined,
): Promise<StartingPoint> {
  const { weights } = await loadBackboneWeights(settings.backbone, { dataDir })
  const headNames = graphWithHead.nodes.filter(({ group }) => group === HEAD).flatMap(trainableNames)
  const fresh = freshWeights(graphWithHead, [...planned.skipped, ...headNames], settings.seed)
  return { weights, begin: new Map([...fresh, ...(head ? headTensors(head) : [])]) }
}

/** The part of the task that the run decides, not the device. */
export function trainingTask(
  { job, backbone, planned }: Training,
  start: StartingPoint,
): Pick<FineTuneTask, 'graph' | 'weights' | 'begin' | 'phases' | 'seed'> {
  const { settings } = job
  const phases = phasesByEpochs(planned)
  return {
    graph: backbone.graphWithHead,
    ...start,
    phases: phases.map((phase) => fineTuningPhase(phase, trainingOf(settings), perClass(job))),
    seed: settings.seed,
  }
}
