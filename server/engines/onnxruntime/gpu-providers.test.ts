import { whyNoWebgpu } from '../../../e2e/setup/software-gpu.ts'
import { describeInferenceEngine } from '../inference-engine.suite.ts'
import { onnxruntimeEngine } from './engine.ts'

// On a GPU in software where there is no other; CUDA's need their own build of the library (docs/engines.md).
for (const provider of ['webgpu', 'cuda', 'tensorrt'] as const) {
  const make = () => onnxruntimeEngine({ threads: 1, provider, precision: 'float32' })
  describeInferenceEngine(`onnxruntime on ${provider}`, make, {
    absent: await whyNoWebgpu(make()),
    untold:
      'onnxruntime does not tell what it holds on a GPU, and a driver in software takes more than a leak would',
  })
}
