import { expect } from 'vitest'
import type { BackboneGraph } from '../../../lib/backbone/graph.ts'
import { sliceTo } from '../../../lib/backbone/slice.ts'
import { everyOp } from '../../../lib/backbone/testing/every-op.ts'
import { madeUpWeights } from '../../../lib/backbone/weights/made-up.ts'
import { softmaxCrossEntropy, targetsOf } from '../../../lib/fine-tuning/loss.ts'
import { forwardPass } from '../../../lib/fine-tuning/network/pass.ts'
import { openNetwork } from '../../../lib/fine-tuning/network-on-device.ts'
import { madeUpPictures, phaseOf } from '../../../lib/fine-tuning/testing/made-up.ts'
import { planFreeze } from '../../../lib/strategy/plan-freeze.ts'
import type { TrainingDevice } from '../training-engine.ts'

/** The every-op network without what its logits don't need. */
export function everyOpToLogits(): BackboneGraph {
  const graph = everyOp()
  return { ...graph, nodes: sliceTo(graph, ['dense']) }
}

/** Loss, gradients and moving statistics of one step on four made-up pictures, by name, in PyTorch's order. */
export async function gradientsOf(device: TrainingDevice, graph: BackboneGraph, mode: 'moving' | 'batch') {
  const { tf } = device
  const network = openNetwork(device, graph, madeUpWeights(graph), phaseOf(planFreeze(graph, ['all'], mode)))
  const { suffix, trainable, byBatch, weights } = network
  const before = tf.memory().numTensors
  const image = tf.tensor(madeUpPictures(4, graph.size), [4, graph.size, graph.size, 3])
  const pass = forwardPass(device, suffix, new Map([['image', image]]), {
    weights: weights.tensors,
    trainable,
    byBatch,
  })
  const logits = (await pass.output.data()) as Float32Array
  const { loss, gradient } = softmaxCrossEntropy(logits, targetsOf([0, 1, 2, 0], { classes: 3 }))
  const dLogits = tf.tensor2d(gradient, [4, 3])
  const arrived = pass.backward(dLogits)
  const statistics: Record<string, number[]> = {}
  for (const { node, mean, variance } of pass.statistics) {
    const store = madeUpWeights(graph)
    const follow = (name: string, batch: ArrayLike<number>) =>
      Array.from(store.get(name).data, (moving, c) => 0.9 * moving + 0.1 * batch[c]!)
    statistics[node.mean] = follow(node.mean, await mean.data())
    statistics[node.variance] = follow(node.variance, await variance.data())
    tf.dispose([mean, variance])
  }
  const found: Record<string, number[]> = {}
  for (const [weight, tensor] of arrived) weights.replace(weight, tensor)
  // Read like weights: in PyTorch's order.
  for (const [weight, { data }] of await weights.read(arrived.keys())) found[weight] = [...data]
  dLogits.dispose()
  expect(tf.memory().numTensors).toBe(before)
  network.dispose()
  return { loss, found, statistics }
}
