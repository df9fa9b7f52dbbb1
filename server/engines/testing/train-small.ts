import { expect } from 'vitest'
import type { BackboneGraph, WeightStore } from '../../../lib/backbone/graph.ts'
import { fineTune } from '../../../lib/fine-tuning/fine-tune.ts'
import { openNetwork } from '../../../lib/fine-tuning/network-on-device.ts'
import { Optimizer } from '../../../lib/fine-tuning/optimizers/optimizer.ts'
import { runPhase } from '../../../lib/fine-tuning/run-phase.ts'
import type { FineTuningPhase } from '../../../lib/fine-tuning/settings.ts'
import { packState, START, unpackState } from '../../../lib/fine-tuning/state.ts'
import { madeUpSource, phaseOf } from '../../../lib/fine-tuning/testing/made-up.ts'
import { smallNetwork } from '../../../lib/fine-tuning/testing/small-network.ts'
import { type FreezePlan, planFreeze } from '../../../lib/strategy/plan-freeze.ts'
import type { TrainingDevice } from '../training-engine.ts'

/** Every tensor of the suffix as it lies on the engine after two epochs, by name. */
export async function trainedWeights(
  device: TrainingDevice,
  graph: BackboneGraph,
  weights: WeightStore,
  phase: FineTuningPhase,
): Promise<Map<string, string>> {
  const network = openNetwork(device, graph, weights, phase)
  const optimizer = new Optimizer(device.tf, phase.settings.optimizer)
  const source = madeUpSource(graph, { count: 8, classes: 3 })
  await runPhase({
    network,
    optimizer,
    phase,
    data: { train: source, validation: source },
    seed: 3,
    from: START,
    pause: async () => false,
    onStep: () => {},
    onEpoch: async () => {},
  })
  const read = await network.weights.read()
  optimizer.dispose()
  network.dispose()
  return new Map([...read].map(([name, { data }]) => [name, Buffer.from(data.buffer).toString('base64')]))
}

/** A tensor's bytes, to be compared. */
export function bytesOf(store: WeightStore, name: string): string {
  const { data } = store.get(name)
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')
}

/** Names of the tensors that a training by this plan changes: what it trains, and the moving statistics that follow. */
export function mayChange(
  graph: BackboneGraph,
  { trainedWeights: trained, movingBatchNorms }: FreezePlan,
): ReadonlySet<string> {
  const moving = graph.nodes.flatMap((node) =>
    node.op === 'batchNorm' && movingBatchNorms.includes(node.id) ? [node.mean, node.variance] : [],
  )
  return new Set([...trained, ...moving])
}

/** Ten made-up pictures of three classes to train and to be judged on. */
export function taskOf(device: TrainingDevice, graph: BackboneGraph, weights: WeightStore) {
  const source = madeUpSource(graph, { count: 10, classes: 3 })
  return { graph, weights, device, seed: 5, data: async () => ({ train: source, validation: source }) }
}

/** Two phases with everything that is random; `stopAfter` steps it is stopped and goes on from what it kept. */
export async function trainSmall(
  device: TrainingDevice,
  { stopAfter }: { stopAfter?: number } = {},
): Promise<WeightStore> {
  const { graph, weights } = smallNetwork()
  const settings = { mixup: 0.4, dropout: 0.3, epochs: 2, optimizer: { kind: 'adam' } as const }
  const phases = [
    phaseOf(planFreeze(graph, ['head']), settings),
    phaseOf(planFreeze(graph, ['last', 'head'], 'batch'), settings),
  ]
  const task = { ...taskOf(device, graph, weights), phases }
  if (stopAfter === undefined) return (await fineTune(task)).last
  let done = 0
  let kept: Uint8Array | undefined
  const stopped = await fineTune({
    ...task,
    onStep: () => void done++,
    shouldStop: () => done >= stopAfter,
    checkpoint: async (state) => {
      kept = packState(state)
    },
  })
  expect(stopped.stopped).toBe(true)
  return (await fineTune({ ...task, from: unpackState(kept!) })).last
}
