import * as tf from '@tensorflow/tfjs-core'
import { loadWeights, runGraph } from '../../lib/backbone/interpreter.ts'
import { useWasm } from '../engines/wasm/backend.ts'
import type { GraphReader } from './reader.ts'

/** The interpreter over tfjs ops, on the wasm backend. */
export const interpreterReader: GraphReader = {
  id: 'interpreter',
  surviving: (_graph, outputs) => outputs,
  async compute(graph, weights, image, outputs) {
    await useWasm(tf)
    const loaded = loadWeights(tf, graph, weights, outputs)
    const input = tf.tensor4d(image, [1, graph.size, graph.size, 3])
    const results = runGraph(tf, graph, loaded, input, outputs)
    const computed = await Promise.all(
      outputs.map(async (id) => {
        const tensor = results[id]!
        return [id, { shape: tensor.shape, data: (await tensor.data()) as Float32Array }] as const
      }),
    )
    tf.dispose([input, results])
    loaded.dispose()
    return Object.fromEntries(computed)
  },
}
