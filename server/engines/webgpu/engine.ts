import * as tf from '@tensorflow/tfjs-core'
import type { InferenceEngine } from '../inference-engine.ts'
import { interpretedSession } from '../interpreted.ts'
import { activateWebgpu, probeWebgpu } from './backend.ts'

/** The interpreter over tfjs's WebGPU backend: what a browser with a GPU computes. */
export function webgpuEngine(): InferenceEngine {
  return {
    id: 'webgpu',
    probe: probeWebgpu,
    async open(graph, weights, outputs) {
      await activateWebgpu()
      return interpretedSession(tf, graph, weights, outputs)
    },
  }
}
