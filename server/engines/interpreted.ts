import type * as tfjs from '@tensorflow/tfjs-core'
import type { BackboneGraph, TensorId, WeightStore } from '../../lib/backbone/graph.ts'
import { loadWeights, runGraph } from '../../lib/backbone/interpreter.ts'
import type { InferenceSession } from './inference-engine.ts'
import { batchOf } from './input.ts'

/** A network run by the interpreter on tfjs's active backend. */
export function interpretedSession(
  tf: typeof tfjs,
  graph: BackboneGraph,
  weights: WeightStore,
  outputs: readonly TensorId[],
): InferenceSession {
  const loaded = loadWeights(tf, graph, weights, outputs)
  return {
    async run(images) {
      const input = tf.tensor4d(images, [batchOf(graph, images), graph.size, graph.size, 3])
      const results = runGraph(tf, graph, loaded, input, outputs)
      try {
        const read = outputs.map(async (id) => {
          const { shape } = results[id]!
          return [id, { shape, data: (await results[id]!.data()) as Float32Array }] as const
        })
        return Object.fromEntries(await Promise.all(read))
      } finally {
        tf.dispose([input, results])
      }
    },
    close: async () => loaded.dispose(),
  }
}
