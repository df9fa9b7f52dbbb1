import * as tf from '@tensorflow/tfjs-core'
import { loadWeights, runGraph } from '../../../lib/backbone/interpreter.ts'
import { Problem } from '../../../lib/problem.ts'
import type { InferenceEngine, Probe } from '../inference-engine.ts'
import { batchOf } from '../input.ts'
import { activateWasm } from './backend.ts'

/** The interpreter over tfjs ops on WebAssembly: slow, but the same kernels as a browser without a GPU. */
export function wasmEngine(): InferenceEngine {
  return {
    id: 'wasm',
    probe,
    async open(graph, weights, outputs) {
      await activateWasm(tf)
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
    },
  }
}

async function probe(): Promise<Probe> {
  try {
    await activateWasm(tf)
    return { available: true, version: tf.version_core }
  } catch (thrown) {
    return { available: false, why: Problem.from(thrown).says }
  }
}
