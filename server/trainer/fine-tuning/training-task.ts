import { trainableNames } from '../../../lib/backbone/cost.ts'
import type { WeightTensor } from '../../../lib/backbone/graph.ts'
import { HEAD, type Head, headTensors } from '../../../lib/backbone/head.ts'
import type { FineTuneTask } from '../../../lib/fine-tuning/fine-tune.ts'
import type { FineTuningState } from '../../../lib/fine-tuning/state.ts'
import { trainingOf } from '../../../lib/run/settings.ts'
import { fineTuningPhase } from '../../../lib/strategy/fine-tuning-phase.ts'
import { freshWeights } from '../../../lib/strategy/fresh-weights.ts'
import type { PhasePlan, PlannedRun } from '../../../lib/strategy/plan-run.ts'
import { loadBackboneWeights } from '../../weights/load.ts'
import type { PreparedBackbone } from '../backbone.ts'
import type { Job } from '../job.ts'
import type { OwnStart } from '../own-start.ts'
import { perClass } from '../plan.ts'

/** What is trained: the same on every device of a run. */
export type Training = {
  readonly job: Job
  readonly backbone: PreparedBackbone
  readonly planned: Pick<PlannedRun, 'phases' | 'skipped'>
  /** Where it starts from another run's model. */
  readonly start?: OwnStart | undefined
}

/** The phases that are trained epoch by epoch; a solver does the others. */
export function phasesByEpochs({ phases }: Pick<PlannedRun, 'phases'>): PhasePlan[] {
  return phases.filter(({ by }) => by === 'epochs')
}

/** Whether what training starts from is judged too: where a solver fitted the head, or another run trained it. */
export function judgesStart({ planned, start }: Pick<Training, 'planned' | 'start'>): boolean {
  return planned.phases[0]!.by === 'solver' || (start?.growth.kept.length ?? 0) > 0
}

/** Where training starts: pretrained weights, and what takes the place of some of them. */
export type StartingPoint = Required<Pick<FineTuneTask, 'weights'>> & {
  readonly begin: ReadonlyMap<string, WeightTensor>
}

/** A checkpoint to go on from. Who extends a phase that ended for want of improvement wants it to go on all the same. */
export function goingOn(state: FineTuningState, { extensions }: Pick<Job, 'extensions'>): FineTuningState {
  const { position } = state
  const begins = position.batch === 0 && position.epoch === extensions.at(-1)?.after
  return begins
    ? { ...state, position: { ...position, patience: { ...position.patience, waited: 0 } } }
    : state
}

/** Pretrained weights, with what another run trained, what starts fresh, and the head: solved, trained before, or fresh. */
export async function startingPoint(
  { job: { settings, dataDir }, backbone: { graphWithHead }, planned, start }: Training,
  solved: Head | undefined,
): Promise<StartingPoint> {
  const { weights } = await loadBackboneWeights(settings.backbone, { dataDir })
  const headNames = graphWithHead.nodes.filter(({ group }) => group === HEAD).flatMap(trainableNames)
  const fresh = freshWeights(graphWithHead, [...planned.skipped, ...headNames], settings.seed)
  const head = solved ?? start?.growth.head
  const trained = start?.tuned?.tensors ?? []
  return { weights, begin: new Map([...trained, ...fresh, ...(head ? headTensors(head) : [])]) }
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
    phases: phases.map((phase, i) =>
      fineTuningPhase(
        phase,
        trainingOf(settings),
        perClass(job),
        i === phases.length - 1 ? job.extensions.map(({ after }) => after) : [],
      ),
    ),
    seed: settings.seed,
  }
}
