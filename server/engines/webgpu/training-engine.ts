import * as tf from '@tensorflow/tfjs-core'
import { portableKernels } from '../../../lib/fine-tuning/portable/kernels.ts'
import type { TrainingEngine } from '../training-engine.ts'
import { activateWebgpu, probeWebgpu } from './backend.ts'

/**
 * tfjs's WebGPU backend on Dawn: trains on any GPU with Vulkan, Metal or Direct3D 12, without CUDA. Gradients are the
 * portable ones: they come out of the backend's tiled forward convolution, where its own gradient kernels are plain loops.
 */
export function webgpuTrainingEngine(): TrainingEngine {
  return {
    id: 'webgpu',
    probe: probeWebgpu,
    async open() {
      const gpu = await activateWebgpu()
      return { id: 'webgpu', title: `WebGPU on ${gpu}`, tf, kernels: portableKernels(tf) }
    },
  }
}
