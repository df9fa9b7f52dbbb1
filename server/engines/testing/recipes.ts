import type { BackboneGraph, WeightStore } from '../../../lib/backbone/graph.ts'
import { withHead } from '../../../lib/backbone/head.ts'
import { BACKBONES } from '../../../lib/backbone/registry.ts'
import { weightShapes } from '../../../lib/backbone/shapes.ts'
import { madeUpWeights } from '../../../lib/backbone/weights/made-up.ts'
import { fineTune, predict } from '../../../lib/fine-tuning/fine-tune.ts'
import type { FineTuningPhase } from '../../../lib/fine-tuning/settings.ts'
import { madeUpSource, phaseOf } from '../../../lib/fine-tuning/testing/made-up.ts'
import recipes from '../../../lib/fine-tuning/testing/training.json' with { type: 'json' }
import { planFreeze } from '../../../lib/strategy/plan-freeze.ts'
import type { TrainingDevice } from '../training-engine.ts'
import { bytesOf } from './train-small.ts'

type Recipe = {
  learning_rate: number
  trainable_prefixes: string[]
  size: number
  batch: number
  steps: number
  losses: number[]
  tensors_changed?: number
  logits_after_row0?: number[]
}

/** What the reference trained, and its losses. */
export const RECIPES: Readonly<Record<string, Recipe>> = recipes.runs

/** The first steps of a recipe on a device: losses, how many tensors changed, the first picture's logits after it. */
export async function trainRecipe(device: TrainingDevice, recipe: string, run: Recipe, steps: number) {
  const graph = { ...withHead(BACKBONES.tf_efficientnet_lite0.build(), recipes.classes), size: run.size }
  const weights = madeUpWeights(graph)
  const names = [...weightShapes(graph).keys()]
  const trained = {
    weights: new Set(
      names.filter((name) => run.trainable_prefixes.some((prefix) => name.startsWith(prefix))),
    ),
  }
  const plan = planFreeze(graph, trained, recipe.includes('batch statistics') ? 'batch' : 'moving')
  const losses: number[] = []
  const phase = phaseOf(plan, {
    epochs: steps,
    batchSize: run.batch,
    learningRate: run.learning_rate,
    optimizer: { kind: 'momentum', momentum: 0.9 },
  })
  const source = madeUpSource(graph, { count: run.batch, classes: recipes.classes })
  const { last } = await fineTune({
    graph,
    weights,
    phases: [phase],
    data: async () => ({ train: source }),
    device,
    seed: 1,
    onPoint: ({ loss }) => void losses.push(loss),
  })
  const changed = names.filter((name) => bytesOf(last, name) !== bytesOf(weights, name)).length
  const logits = run.logits_after_row0 ? await firstLogits(device, graph, last, phase) : []
  return { losses, changed, logits }
}

async function firstLogits(
  device: TrainingDevice,
  graph: BackboneGraph,
  weights: WeightStore,
  phase: FineTuningPhase,
): Promise<number[]> {
  const source = madeUpSource(graph, { count: phase.settings.batchSize, classes: recipes.classes })
  const { logits } = await predict({ graph, weights, device, phase }, source)
  return [...logits.slice(0, recipes.classes)]
}
