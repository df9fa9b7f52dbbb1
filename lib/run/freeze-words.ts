import { counted } from '../figures.ts'
import type { PlannedPhase, PlannedStart } from './events.ts'
import type { Run } from './run.ts'
import type { RunSettings } from './settings.ts'

/** The head's layer group. A word here, so that a page that shows a run loads no graphs. */
const HEAD = 'classifier'

/** What is frozen and what is trained now, or was at last: `7 groups frozen`, `2 groups + head trained`. */
export function freezeWords({ plan, trainingPhase }: Run): { frozen: string; trained: string } | undefined {
  if (!plan) return undefined
  const isBackbone = (group: string) => group !== HEAD
  const all = [...plan.frozenGroups, ...plan.trainedGroups].filter(isBackbone).length
  const phase = plan.phases?.[trainingPhase?.index ?? plan.phases.length - 1]
  const trained = (phase?.trainedGroups ?? plan.trainedGroups).filter(isBackbone).length
  return {
    frozen: all === trained ? 'nothing frozen' : `${counted(all - trained, 'group')} frozen`,
    trained: trained === 0 ? 'head trained' : `${counted(trained, 'group')} + head trained`,
  }
}

/** A strategy with its options: `partial fine-tuning, the last 2 groups`. */
export function strategyWords({ strategy, freeze = {} }: Pick<RunSettings, 'strategy' | 'freeze'>): string {
  const { groups, stages, trainable, skip } = freeze
  const chosen = stages ? counted(stages.length, 'stage') : trainable?.join(', ')
  return [
    strategy.replaceAll(/(?<!fine)-/g, ' '),
    chosen ?? (groups === undefined ? undefined : groupWords(groups)),
    skip && `${skip.join(', ')} from scratch`,
  ]
    .filter(Boolean)
    .join(', ')
}

/** `run r4k2 (best), 118 classes kept, 2 new`. */
export function startWords({ run, checkpoint, isSolved, kept, fresh, dropped }: PlannedStart): string {
  const head = isSolved
    ? ['head fitted anew']
    : [
        `${counted(kept, 'class', 'classes')} kept`,
        fresh.length > 0 && `${fresh.length} new`,
        dropped.length > 0 && `${dropped.length} dropped`,
      ]
  return [`run ${run} (${checkpoint})`, ...head].filter(Boolean).join(', ')
}

/** `10 epochs at 0.01, 1.4 M parameters`; the solver has no epochs. */
export function phaseWords({ epochs, learningRate, views, prefix }: PlannedPhase): string {
  if (epochs === 0) return 'solved'
  const seen = prefix === 'per epoch' ? 'not cached' : views > 1 ? `${views} views` : 'one view'
  return `${counted(epochs, 'epoch')} at ${learningRate}, ${seen}`
}

/** How what is unfrozen is trained, as names and values. */
export function trainingFacts({ training }: Pick<RunSettings, 'training'>): [string, string][] {
  if (!training) return []
  const { optimizer, schedule, batchSize, batchNorm, augmentation, l2, weightDecay, hiddenUnits } = training
  const decay = weightDecay > 0 ? `weight decay ${weightDecay}` : `L2 ${l2}`
  return [
    ['Optimizer', `${optimizer}, ${schedule}, batch ${batchSize}, ${decay}`],
    ['Batch norm', batchNorm === 'moving' ? 'moving statistics' : `statistics of the ${batchNorm}`],
    ['Augmentation', augmentation],
    ...(hiddenUnits > 0 ? [['Hidden units', `${hiddenUnits}`] as [string, string]] : []),
  ]
}

function groupWords(groups: number | 'all' | readonly string[]): string {
  if (typeof groups === 'object') return groups.join(', ')
  if (groups === 'all') return 'all groups'
  return groups === 0 ? 'the head alone' : `the last ${groups === 1 ? 'group' : counted(groups, 'group')}`
}
