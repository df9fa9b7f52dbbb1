import type { InferenceSession, Tensor } from 'onnxruntime-node'
import { Problem } from '../../../lib/problem.ts'
import { type Provider, providerInUse } from './providers.ts'

// Loaded when it is needed: a machine without the native library can still say so.
export const library = () => import('onnxruntime-node')

export type Opened = {
  readonly session: InferenceSession
  /** A float32 tensor over `data`, which is not copied. */
  tensor(data: Float32Array, dims: readonly number[]): Tensor
}

/**
 * An ONNX model under onnxruntime, on the processor unless a GPU was chosen for this process. What a GPU's provider
 * can't take runs on the processor.
 *
 * @param what names the model in the refusal: "the network up to pool".
 * @throws Problem `engines/refused`.
 */
export async function createSession(
  model: Uint8Array,
  {
    threads,
    what,
    provider = providerInUse(),
  }: { threads: number; what: string; provider?: Provider | undefined },
): Promise<Opened> {
  const ort = await library()
  const session = await ort.InferenceSession.create(model, {
    executionProviders: [provider],
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Its warnings are about graphs as they were exported; errors arrive as errors.
    logSeverityLevel: 3,
  }).catch((cause: unknown) => {
    throw new Problem('engines/refused', {
      says: `onnxruntime can't take ${what}${provider === 'cpu' ? '' : ` on ${provider}`}: ${wordsOf(cause)}`,
      advice: 'Check the engine with "whippet doctor".',
      cause,
    })
  })
  return { session, tensor: (data, dims) => new ort.Tensor('float32', data, dims) }
}

export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
