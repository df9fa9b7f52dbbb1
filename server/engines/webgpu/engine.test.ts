import * as tf from '@tensorflow/tfjs-core'
import { whyNoWebgpu } from '../../../e2e/setup/software-gpu.ts'
import { describeInferenceEngine } from '../inference-engine.suite.ts'
import { webgpuEngine } from './engine.ts'

describeInferenceEngine('webgpu', webgpuEngine, {
  absent: await whyNoWebgpu(webgpuEngine()),
  // Small enough for a GPU in software, whose compiler keeps what it makes: the backend counts its own buffers.
  wide: 10_000,
  held: () => (tf.memory() as tf.MemoryInfo & { numBytesAllocatedInGPU: number }).numBytesAllocatedInGPU,
})
