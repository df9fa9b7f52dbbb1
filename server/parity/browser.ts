import * as converter from '@tensorflow/tfjs-converter'
import * as tf from '@tensorflow/tfjs-core'
import { foldedAway } from '../../lib/backbone/fold.ts'
import { emitGraphModel } from '../../lib/graph-model/emit.ts'
import type { Precision } from '../../lib/graph-model/precision.ts'
import { activateWasm } from '../engines/wasm/backend.ts'
import type { GraphReader } from './reader.ts'

/** The exported browser model, on the wasm backend. */
const browserReaderOf = (precision: Precision): GraphReader => ({
  id: 'browser',
  surviving(graph, outputs) {
    const gone = foldedAway(graph, [graph.features])
    return outputs.filter((id) => !gone.has(id))
  },
  async compute(graph, weights, image, outputs) {
    await activateWasm(tf)
    const artifacts = emitGraphModel(graph, weights, { outputs, precision })
    const model = await converter.loadGraphModel(tf.io.fromMemory(artifacts))
    const input = tf.tensor4d(image, [1, graph.size, graph.size, 3])
    const results = model.execute(input, [...outputs]) as tf.Tensor | tf.Tensor[]
    const tensors = Array.isArray(results) ? results : [results]
    const computed = await Promise.all(
      tensors.map(async (tensor, i) => {
        return [outputs[i]!, { shape: tensor.shape, data: (await tensor.data()) as Float32Array }] as const
      }),
    )
    tf.dispose([input, tensors])
    model.dispose()
    return Object.fromEntries(computed)
  },
})

export const browserReader = browserReaderOf('float32')
/** As most visitors get it: rounding the weights to 16 bits is no mistake, but more than float32 explains. */
export const halvesReader = browserReaderOf('float16')
