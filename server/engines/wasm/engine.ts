import * as tf from '@tensorflow/tfjs-core'
import { Problem } from '../../../lib/problem.ts'
import type { InferenceEngine, Probe } from '../inference-engine.ts'
import { interpretedSession } from '../interpreted.ts'
import { activateWasm } from './backend.ts'

/** The interpreter over tfjs ops on WebAssembly: slow, but the same kernels as a browser without a GPU. */
export function wasmEngine(): InferenceEngine {
  return {
    id: 'wasm',
    probe,
    async open(graph, weights, outputs) {
      await activateWasm(tf)
      return interpretedSession(tf, graph, weights, outputs)
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
