import { trainableNames } from '../backbone/cost.ts'
import type { BackboneGraph } from '../backbone/graph.ts'
import { HEAD, HIDDEN } from '../backbone/head.ts'
import { Problem } from '../problem.ts'
import { weightsMatching } from './patterns.ts'
import { type GroupChoice, HEAD_FIRST, type Stage, type Strategy } from './strategies.ts'
import type { Trained } from './trained.ts'

/** One stretch of training in which the same weights are trained. */
export type TrainingPhase = {
  /** For people, and the name of its curve: `head`, `fine-tuning`, `stage 2`. */
  readonly name: string
  readonly trained: Trained
  /** `solver`: the head alone, on cached features, by the run's solver. */
  readonly by: 'solver' | 'epochs'
  /** Where the stage has its own. */
  readonly epochs?: number
  readonly learningRate?: number
}

/** What a strategy comes to on one backbone. */
export type StrategyPhases = {
  readonly phases: readonly TrainingPhase[]
  /** Weights of the backbone that start fresh, in the graph's order. */
  readonly skipped: readonly string[]
}

/**
 * The phases of a strategy on a backbone with its head; the head is trained in all of them.
 *
 * @throws Problem `strategy/option-does-not-fit`, `strategy/unknown-group`, `strategy/too-many-groups`,
 * `strategy/no-stages`, `strategy/pattern-matches-nothing`, `strategy/skipped-frozen`.
 */
export function phasesOf(strategy: Strategy, graph: BackboneGraph): StrategyPhases {
  demandFitting(strategy)
  const phases = trainedPhases(strategy, graph)
  const skipped = strategy.skip?.length ? skippedWeights(strategy.skip, graph, phases) : []
  return { phases, skipped }
}

/**
 * The layer groups that a choice names, in the graph's order, without the head.
 *
 * @throws Problem `strategy/unknown-group`, `strategy/too-many-groups`.
 */
export function chosenGroups(choice: GroupChoice, graph: Pick<BackboneGraph, 'groups'>): string[] {
  const groups = graph.groups.filter((group) => group !== HEAD)
  if (choice === 'all') return groups
  if (typeof choice === 'number') {
    if (choice <= groups.length) return groups.slice(groups.length - choice)
    throw new Problem('strategy/too-many-groups', {
      says: `The backbone has ${groups.length} layer groups, not ${choice}.`,
      advice: `Train the last 1 to ${groups.length} of them: ${groups.join(', ')}.`,
    })
  }
  for (const group of choice) if (!groups.includes(group)) throw unknownGroup(group, groups)
  return groups.filter((group) => choice.includes(group))
}

export function unknownGroup(group: string, groups: readonly string[]): Problem {
  return new Problem('strategy/unknown-group', {
    says: `There is no layer group "${group}".`,
    advice: `The groups are ${groups.join(', ')}.`,
  })
}

/** Which strategies an option belongs to. */
const BELONGS = {
  groups: ['partial-fine-tuning'],
  trainable: ['partial-fine-tuning'],
  stages: ['gradual-unfreezing'],
  headFirst: ['partial-fine-tuning', 'full-fine-tuning'],
} as const

function demandFitting(strategy: Strategy): void {
  for (const [option, names] of Object.entries(BELONGS)) {
    if (strategy[option as keyof typeof BELONGS] === undefined) continue
    if ((names as readonly string[]).includes(strategy.name)) continue
    throw new Problem('strategy/option-does-not-fit', {
      says: `The strategy "${strategy.name}" has no option "${option}".`,
      advice: `It belongs to ${names.join(' and ')}.`,
    })
  }
}

const HEAD_ALONE: TrainingPhase = { name: 'head', trained: [HEAD], by: 'solver' }

function trainedPhases(strategy: Strategy, graph: BackboneGraph): TrainingPhase[] {
  const { name, trainable, groups, stages = HEAD_FIRST } = strategy
  if (name === 'feature-extraction') return [HEAD_ALONE]
  if (name === 'gradual-unfreezing') return stagePhases(stages, graph)
  const trained = trainable?.length
    ? { weights: withHeadWeights(weightsMatching(graph, trainable), graph) }
    : withHead(name === 'full-fine-tuning' ? 'all' : (groups ?? 1), graph)
  const { headFirst = !strategy.skip?.length && isLinear(graph) } = strategy
  if (headFirst && !isLinear(graph)) throw headNotLinear()
  return [...(headFirst ? [HEAD_ALONE] : []), { name: 'fine-tuning', trained, by: 'epochs' }]
}

/** The solvers fit one dense layer. */
function isLinear(graph: BackboneGraph): boolean {
  return !graph.nodes.some(({ id }) => id === HIDDEN)
}

function headNotLinear(): Problem {
  return new Problem('strategy/head-not-linear', {
    says: "A head with a hidden layer can't be fitted by a solver before the rest is trained.",
    advice:
      'Leave headFirst out, or use gradual unfreezing with a first stage of its own epochs: stages=0:5,all.',
  })
}

function withHead(choice: GroupChoice, graph: BackboneGraph): string[] {
  return [...chosenGroups(choice, graph), HEAD]
}

function withHeadWeights(weights: ReadonlySet<string>, graph: BackboneGraph): Set<string> {
  const head = graph.nodes.filter(({ group }) => group === HEAD).flatMap(trainableNames)
  return new Set([...weights, ...head])
}

function stagePhases(stages: readonly Stage[], graph: BackboneGraph): TrainingPhase[] {
  if (stages.length === 0) {
    throw new Problem('strategy/no-stages', {
      says: 'Gradual unfreezing needs at least one stage.',
      advice: 'Write stages as groups:epochs:rate, for example --set stages=0:5,2:10:0.001.',
    })
  }
  return stages.map(({ groups, epochs, learningRate }, i): TrainingPhase => {
    const trained = withHead(groups, graph)
    const isHead = trained.length === 1
    if (i === 0 && isHead && epochs === undefined && isLinear(graph)) return HEAD_ALONE
    return {
      name: isHead ? 'head' : `stage ${i + 1}`,
      trained,
      by: 'epochs',
      ...(epochs !== undefined && { epochs }),
      ...(learningRate !== undefined && { learningRate }),
    }
  })
}

/** What starts fresh must be trained at some time: frozen, it would stay noise in front of all that is trained. */
function skippedWeights(
  patterns: readonly string[],
  graph: BackboneGraph,
  phases: readonly TrainingPhase[],
): string[] {
  const skipped = weightsMatching(graph, patterns)
  for (const node of graph.nodes) {
    const all =
      node.op === 'batchNorm' ? [...trainableNames(node), node.mean, node.variance] : trainableNames(node)
    const isTrained = (name: string) =>
      phases.some(({ trained }) =>
        'weights' in trained
          ? trained.weights.has(name) ||
            // Moving statistics go with the scale and shift that they belong to.
            (!trainableNames(node).includes(name) && trainableNames(node).some((n) => trained.weights.has(n)))
          : trained.includes(node.group),
      )
    const frozen = all.find((name) => skipped.has(name) && !isTrained(name))
    if (frozen === undefined) continue
    throw new Problem('strategy/skipped-frozen', {
      says: `"${frozen}" is skipped, so it starts as random numbers, and it is frozen, so it would stay so.`,
      advice: `Train it too (its layer group is ${node.group}), or restore it: no training can make up for a random layer that never changes.`,
    })
  }
  return [...skipped]
}
