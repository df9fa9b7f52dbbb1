import * as tf from '@tensorflow/tfjs-core'
import { portableKernels } from '../../../lib/fine-tuning/portable/kernels.ts'
import { Problem } from '../../../lib/problem.ts'
import type { TrainingEngine } from '../training-engine.ts'
import { activateWasm } from './backend.ts'

/** WebAssembly with gradients composed from its forward kernels: trains everywhere without set-up, slower. */
export function wasmTrainingEngine(): TrainingEngine {
  return {
    id: 'wasm',
    async probe() {
      try {
        await activateWasm(tf)
        return { available: true, version: tf.version_core }
      } catch (thrown) {
        return { available: false, why: Problem.from(thrown).says }
      }
    },
    async open() {
      await activateWasm(tf)
      return { id: 'wasm', title: 'WebAssembly on the CPU', tf, kernels: portableKernels(tf) }
    },
  }
}
