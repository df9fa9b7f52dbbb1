import type { BackboneGraph, TensorId } from '../../lib/backbone/graph.ts'
import type { InferenceEngine } from '../engines/inference-engine.ts'
import { onnxruntimeEngine } from '../engines/onnxruntime/engine.ts'
import { wasmEngine } from '../engines/wasm/engine.ts'
import { webgpuEngine } from '../engines/webgpu/engine.ts'
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

/** What GPUs compute: tfjs's WebGPU and onnxruntime's providers, each only where this machine offers it. */
export const gpuReaders: readonly { reader: GraphReader; engine: InferenceEngine }[] = [
  gpuReader('webgpu', webgpuEngine()),
  ...(['webgpu', 'cuda', 'tensorrt'] as const).map((provider) =>
    gpuReader(`onnx-${provider}`, onnxruntimeEngine({ threads: 2, provider, precision: 'float32' })),
  ),
]

function gpuReader(id: GraphReader['id'], engine: InferenceEngine) {
  return {
    engine,
    reader: {
      id,
      surviving: (_graph: BackboneGraph, outputs: readonly TensorId[]) => outputs,
      ...computedBy(engine),
    },
  }
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
