import type { Tensor } from 'onnxruntime-node'
import type { BackboneGraph, TensorId, WeightStore } from '../../../lib/backbone/graph.ts'
import { emitOnnx } from '../../../lib/onnx/emit.ts'
import type { InferenceEngine, InferenceSession, OutputTensor, Probe } from '../inference-engine.ts'
import { batchOf } from '../input.ts'
import { createSession, library, wordsOf } from './session.ts'

export type OnnxruntimeSettings = {
  /** Threads of one session. On a CPU, one session of one thread per core beats one session of many threads. */
  threads: number
}

/** onnxruntime on the CPU. `run` blocks the event loop for as long as it computes: never use it in a server process. */
export function onnxruntimeEngine({ threads }: OnnxruntimeSettings): InferenceEngine {
  return {
    id: 'onnxruntime',
    probe,
    open: (graph, weights, outputs) => openSession(graph, weights, outputs, threads),
  }
}

async function probe(): Promise<Probe> {
  try {
    const { env } = await library()
    return { available: true, version: env.versions.node ?? env.versions.common }
  } catch (error) {
    return { available: false, why: `its native library does not load: ${wordsOf(error)}` }
  }
}

async function openSession(
  graph: BackboneGraph,
  weights: WeightStore,
  outputs: readonly TensorId[],
  threads: number,
): Promise<InferenceSession> {
  const model = emitOnnx(graph, weights, { outputs: [...outputs] })
  const { session, tensor } = await createSession(model, {
    threads,
    what: `the network up to ${outputs.join(', ')}`,
  })
  const [input] = session.inputNames
  return {
    async run(images) {
      const shape = [batchOf(graph, images), graph.size, graph.size, 3]
      const results = await session.run({ [input!]: tensor(images, shape) })
      return Object.fromEntries(outputs.map((id) => [id, outputTensor(results[id])]))
    },
    close: () => session.release(),
  }
}

function outputTensor(tensor: Tensor | undefined): OutputTensor {
  if (!(tensor?.data instanceof Float32Array)) throw new TypeError('onnxruntime gave no float32 output')
  return { shape: tensor.dims, data: tensor.data }
}
