import type { BackboneGraph, TensorId, WeightStore } from '../../../lib/backbone/graph.ts'
import type { OnnxPrecision } from '../../../lib/onnx/emit.ts'
import { seededRandom } from '../../../lib/training/random.ts'
import { onnxruntimeEngine } from './engine.ts'
import type { Provider } from './providers.ts'

/** Features may be so far from float32's, relative to their largest. */
export const HALVES_TOLERANCE = 1e-2
const PICTURES = 4

type Checked = {
  readonly graph: BackboneGraph
  readonly weights: WeightStore
  readonly outputs: readonly TensorId[]
  readonly provider: Provider
}

/**
 * Whether a network may compute in halves on a provider: only on a GPU, where they are faster, and only if the outputs of a
 * few pictures stay within {@link HALVES_TOLERANCE} of float32's. What overflows, or is refused, is not close.
 */
export async function precisionFor({ provider, ...network }: Checked): Promise<OnnxPrecision> {
  if (provider === 'cpu') return 'float32'
  const difference = await halvesDifference({ provider, ...network }).catch(() => Number.POSITIVE_INFINITY)
  return difference <= HALVES_TOLERANCE ? 'float16' : 'float32'
}

/** The largest difference of any output between halves and float32, relative to that output's largest value; NaN counts. */
export async function halvesDifference({ graph, weights, outputs, provider }: Checked): Promise<number> {
  const random = seededRandom(1)
  const pictures = Float32Array.from({ length: PICTURES * graph.size ** 2 * 3 }, () => random() * 4 - 2)
  const compute = async (precision: OnnxPrecision) => {
    const session = await onnxruntimeEngine({ threads: 1, provider, precision }).open(graph, weights, outputs)
    try {
      return await session.run(pictures)
    } finally {
      await session.close()
    }
  }
  const [whole, halves] = [await compute('float32'), await compute('float16')]
  return Math.max(...outputs.map((id) => relativeDifference(whole[id]!.data, halves[id]!.data)))
}

function relativeDifference(want: Float32Array, got: Float32Array): number {
  let [largest, off] = [0, 0]
  for (const [i, value] of want.entries()) {
    largest = Math.max(largest, Math.abs(value))
    off = Math.max(off, Math.abs(value - got[i]!))
  }
  // NaN is handed on by Math.max.
  return Number.isNaN(off) ? Number.POSITIVE_INFINITY : off / largest
}
