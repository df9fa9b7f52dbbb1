import type { Tensor } from 'onnxruntime-node'
import type { BackboneGraph, TensorId, WeightStore } from '../../../lib/backbone/graph.ts'
import { emitOnnx, type OnnxPrecision } from '../../../lib/onnx/emit.ts'
import type { Problem } from '../../../lib/problem.ts'
import type { InferenceEngine, InferenceSession, OutputTensor, Probe } from '../inference-engine.ts'
import { batchOf } from '../input.ts'
import { SELF_TEST_GRAPH } from '../self-test/network.ts'
import { selfTestWeights } from '../self-test/self-test.ts'
import { type Provider, precisionInUse, providerInUse } from './providers.ts'
import { createSession, library, wordsOf } from './session.ts'

export type OnnxruntimeSettings = {
  /** Threads of one session. On a CPU, one session of one thread per core beats one session of many threads. */
  threads: number
  /** What was chosen for this process where it is left out. */
  provider?: Provider
  /** The same. Halves are named in the version, and so in the key of cached features. */
  precision?: OnnxPrecision
}

/** onnxruntime. `run` blocks the event loop for as long as it computes: never use it in a server process. */
export function onnxruntimeEngine({
  threads,
  provider,
  precision = precisionInUse(),
}: OnnxruntimeSettings): InferenceEngine {
  return {
    id: 'onnxruntime',
    probe: () => probe(provider ?? providerInUse(), precision),
    open: (graph, weights, outputs) => openSession(graph, weights, outputs, { threads, provider, precision }),
  }
}

/** A GPU's provider is there when it takes a network: that it is compiled in says little. */
async function probe(provider: Provider, precision: OnnxPrecision): Promise<Probe> {
  let version: string
  const halves = precision === 'float16' ? ' in float16' : ''
  try {
    const { env } = await library()
    version = env.versions.node ?? env.versions.common
  } catch (error) {
    return { available: false, why: `its native library does not load: ${wordsOf(error)}` }
  }
  if (provider === 'cpu') return { available: true, version: `${version}${halves}` }
  try {
    const model = emitOnnx(SELF_TEST_GRAPH, selfTestWeights(), { outputs: ['dense'] })
    const { session } = await createSession(model, { threads: 1, what: 'a small network', provider })
    await session.release()
    return { available: true, version: `${version} on ${provider}${halves}` }
  } catch (thrown) {
    const { cause } = thrown as Problem
    return {
      available: false,
      why: shortly(wordsOf(cause ?? thrown)),
    }
  }
}

/** Without the place in onnxruntime's source that it begins with. */
function shortly(words: string): string {
  const [first = ''] = words.trim().split('\n')
  return first.replace(/^\/onnxruntime_src\/.* was false\. /, '')
}

async function openSession(
  graph: BackboneGraph,
  weights: WeightStore,
  outputs: readonly TensorId[],
  { threads, provider, precision = 'float32' }: OnnxruntimeSettings,
): Promise<InferenceSession> {
  const model = emitOnnx(graph, weights, { outputs: [...outputs], precision })
  const { session, tensor } = await createSession(model, {
    threads,
    provider,
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
