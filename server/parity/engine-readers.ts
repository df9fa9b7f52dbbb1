import type { InferenceEngine } from '../engines/inference-engine.ts'
import { onnxruntimeEngine } from '../engines/onnxruntime/engine.ts'
import { wasmEngine } from '../engines/wasm/engine.ts'
import type { GraphReader } from './reader.ts'

/** The interpreter over tfjs ops, on the wasm backend. */
export const interpreterReader: GraphReader = {
  id: 'interpreter',
  surviving: (_graph, outputs) => outputs,
  ...computedBy(wasmEngine()),
}

/** The ONNX model under onnxruntime. What is asked for as an output is not folded away. */
export const onnxReader: GraphReader = {
  id: 'onnx',
  surviving: (_graph, outputs) => outputs,
  ...computedBy(onnxruntimeEngine({ threads: 2 })),
}

function computedBy(engine: InferenceEngine): Pick<GraphReader, 'compute'> {
  return {
    async compute(graph, weights, image, outputs) {
      const session = await engine.open(graph, weights, outputs)
      try {
        return await session.run(image)
      } finally {
        await session.close()
      }
    },
  }
}
