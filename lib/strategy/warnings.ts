import { HEAD } from '../backbone/head.ts'
import { bytes, count, counted } from '../figures.ts'
import { USUAL_RATES } from '../run/training.ts'
import { deviceWarnings } from './device-warnings.ts'
import { depthOf } from './plan-freeze.ts'
import type { PhasePlan, RunPlanTask } from './plan-run.ts'

/** What an expert would say of a plan before it starts. The code is stable; `says` is for people. */
export type PlanWarning = {
  readonly code: WarningCode
  readonly says: string
  readonly advice: string
  /** The phase that it is about. */
  readonly phase?: string
}

export type WarningCode =
  | 'few-pictures'
  | 'rate-too-high'
  | 'small-batch-statistics'
  | 'fresh-moving-statistics'
  | 'skipped-late'
  | 'cache-over-budget'
  | 'frozen-behind-trained'
  | 'no-validation'
  | 'unbalanced-classes'
  | 'nothing-decays'
  | 'memory-over-device'
  | 'statistics-per-device'
  | 'idle-devices'

/** Free parameters of the backbone per picture above which it learns the pictures by heart. */
const PARAMETERS_PER_PICTURE = 10_000
/** So many times the usual rate, pretrained layers forget more than they learn. */
const RATE_FACTOR = 5
/** Statistics of fewer pictures are noise (arXiv:1803.08494, figure 1). */
const STATISTICS_BATCH = 16
const UNBALANCED = 10

/** Warnings of a planned run, the gravest first. */
export function warningsOf(
  phases: readonly PhasePlan[],
  skipped: readonly string[],
  task: RunPlanTask,
): PlanWarning[] {
  const ofPhases = phases
    .filter(({ by }) => by === 'epochs')
    .flatMap((phase) => [...phaseWarnings(phase, task), ...deviceWarnings(phase, task)])
  return [...ofPhases, ...skipWarnings(phases, skipped, task), ...runWarnings(phases, task)]
}

function phaseWarnings(
  phase: PhasePlan,
  { training, pictures, graph, memories = [], together = 1 }: RunPlanTask,
): PlanWarning[] {
  const { plan, learningRate, name } = phase
  const found: PlanWarning[] = []
  const warn = (code: WarningCode, says: string, advice: string) =>
    found.push({ code, says, advice, phase: name })
  const free = plan.groups
    .filter((group) => group.name !== HEAD)
    .reduce((sum, { trainableParameters }) => sum + trainableParameters, 0)
  if (free > PARAMETERS_PER_PICTURE * pictures.train) {
    warn(
      'few-pictures',
      `${count(free)} parameters of the backbone are trained on ${count(pictures.train)} pictures: it may learn them by heart.`,
      'Freeze more layer groups, add pictures, or use stronger augmentation.',
    )
  }
  const usual = USUAL_RATES[depthOf(plan)][training.optimizer]
  if (free > 0 && learningRate > RATE_FACTOR * usual) {
    warn(
      'rate-too-high',
      `A rate of ${learningRate} is high for pretrained layers under ${training.optimizer}: they may forget what they know.`,
      `Start from ${usual}, or give early groups a small factor with groupRates.`,
    )
  }
  const share = Math.floor(training.batchSize / together)
  if (plan.movingBatchNorms.length > 0 && share < STATISTICS_BATCH) {
    warn(
      'small-batch-statistics',
      `${counted(plan.movingBatchNorms.length, 'batch norm')} ${plan.movingBatchNorms.length === 1 ? 'uses' : 'use'} the statistics of ${share} pictures${together > 1 ? ' on each device' : ''}: too few to be steady.`,
      `Use batchNorm=moving, or batches of ${STATISTICS_BATCH * together} and more.`,
    )
  }
  const behind = frozenBehind(phase, graph.groups)
  if (behind.length > 0) {
    warn(
      'frozen-behind-trained',
      `${behind.join(', ')} ${behind.length === 1 ? 'is' : 'are'} frozen behind a trained group, so ${behind.length === 1 ? 'it runs' : 'they run'} in every epoch all the same.`,
      'Freezing groups at the beginning saves time; freezing them at the end only keeps them as they are.',
    )
  }
  if (phase.prefix === 'per epoch') {
    warn(
      'cache-over-budget',
      `The feature cache would take ${bytes(phase.cacheBytes)}, more than its budget: the frozen layers run in every epoch.`,
      'Raise the budget, take fewer views, or cut later, where the tensors are smaller.',
    )
  }
  for (const { device, memoryBytes } of memories) {
    if (phase.memoryBytes <= memoryBytes) continue
    const fits = phase.fittingBatch ?? 0
    warn(
      'memory-over-device',
      `${together > 1 ? `Its share of a batch` : `A batch`} of ${training.batchSize} takes about ${bytes(phase.memoryBytes)}; ${device} has ${bytes(memoryBytes)}.`,
      fits > 0 ? `A batch of ${fits} fits.` : 'Train fewer layer groups.',
    )
  }
  return found
}

/** Frozen groups after the first trained one, the head apart. */
function frozenBehind({ plan }: PhasePlan, groups: readonly string[]): string[] {
  const first = groups.findIndex((group) => plan.trainedGroups.includes(group))
  return groups.slice(first).filter((group) => plan.frozenGroups.includes(group))
}

function skipWarnings(
  phases: readonly PhasePlan[],
  skipped: readonly string[],
  { graph, training }: RunPlanTask,
): PlanWarning[] {
  const found: PlanWarning[] = []
  const fresh = new Set(skipped)
  const norm = graph.nodes.find((node) => node.op === 'batchNorm' && fresh.has(node.mean))
  if (norm && training.batchNorm === 'moving') {
    found.push({
      code: 'fresh-moving-statistics',
      says: `${norm.id} starts with fresh moving statistics, which batchNorm=moving never changes.`,
      advice: 'Set batchNorm=batch, or restore its running_mean and running_var.',
    })
  }
  const late = skipped.find((name) => {
    const node = graph.nodes.find(
      (one) =>
        ('weight' in one && (one.weight === name || one.bias === name)) ||
        (one.op === 'batchNorm' && (one.scale === name || one.shift === name)),
    )
    return node && phases[0]!.plan.prefix.includes(node.id)
  })
  if (late !== undefined && phases.length > 1) {
    found.push({
      code: 'skipped-late',
      says: `"${late}" starts as random numbers and is frozen in the phase "${phases[0]!.name}", which then learns on noise.`,
      advice: 'Train it from the first stage on.',
      phase: phases[0]!.name,
    })
  }
  return found
}

function runWarnings(phases: readonly PhasePlan[], { training, pictures }: RunPlanTask): PlanWarning[] {
  if (phases.every(({ by }) => by === 'solver')) return []
  const found: PlanWarning[] = []
  if (pictures.validation === 0) {
    found.push({
      code: 'no-validation',
      says: 'Nothing is held out for validation: the last checkpoint is kept, whether or not it is the best.',
      advice: 'Import the dataset with a validation share, unless the run repeats one that had none.',
    })
  }
  const { perClass = [] } = pictures
  const [most, least] = [Math.max(...perClass), Math.min(...perClass)]
  if (perClass.length > 0 && most > UNBALANCED * least && training.classWeights === 'none') {
    found.push({
      code: 'unbalanced-classes',
      says: `The largest class has ${count(most)} pictures, the smallest ${count(least)}: rare classes will be guessed too seldom.`,
      advice: 'Set classWeights=balanced, or add pictures.',
    })
  }
  if (training.optimizer === 'adamw' && training.weightDecay === 0) {
    found.push({
      code: 'nothing-decays',
      says: 'adamw is made for decoupled weight decay, and weightDecay is 0.',
      advice: 'Set weightDecay=0.01 and l2=0.',
    })
  }
  return found
}
