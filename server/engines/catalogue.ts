import type { InferenceEngine } from './inference-engine.ts'
import { onnxruntimeEngine } from './onnxruntime/engine.ts'
import { tensorflowEngine } from './tensorflow/engine.ts'
import type { TrainingEngine } from './training-engine.ts'
import { wasmEngine } from './wasm/engine.ts'
import { wasmTrainingEngine } from './wasm/training-engine.ts'
import { webgpuEngine } from './webgpu/engine.ts'
import { webgpuTrainingEngine } from './webgpu/training-engine.ts'

export type EngineEntry = {
  readonly usedFor: string
  /** Whether the work stands still without it. */
  readonly needed: boolean
  /** What to do where it is missing. */
  readonly advice: string
  /** `threads` for those that can be told. */
  readonly inference?: (threads: number) => InferenceEngine
  readonly training?: () => TrainingEngine
}

/** Its provider must be of the very build that npm has, which only onnxruntime's own script fetches, without a checksum. */
const CUDA_LIBRARIES =
  'It takes an NVIDIA GPU with CUDA 12 and cuDNN 9, and the provider’s libraries, which onnxruntime fetches from a host of its own: ' +
  'ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node --ignore-scripts=false.'

/** Every engine that Whippet can use, the needed ones first. A new one is a folder and a row here. */
export const ENGINES = {
  onnxruntime: {
    usedFor: 'extracts features, trains heads, classifies',
    needed: true,
    advice: 'Install the packages again with "npm ci".',
    inference: (threads) => onnxruntimeEngine({ threads, provider: 'cpu', precision: 'float32' }),
  },
  wasm: {
    usedFor: 'checks exported models, fine-tunes where nothing faster is there',
    needed: true,
    advice: 'Install the packages again with "npm ci".',
    inference: () => wasmEngine(),
    training: () => wasmTrainingEngine(),
  },
  tensorflow: {
    usedFor: 'fine-tunes',
    needed: false,
    advice: 'Run "whippet setup tensorflow", on a machine with an NVIDIA GPU with --cuda.',
    training: () => tensorflowEngine(),
  },
  webgpu: {
    usedFor: 'fine-tunes on GPUs without CUDA',
    needed: false,
    advice: 'It takes a GPU whose driver has Vulkan (on Linux with libvulkan.so.1), Metal or Direct3D 12.',
    inference: () => webgpuEngine(),
    training: () => webgpuTrainingEngine(),
  },
  'onnxruntime-webgpu': {
    usedFor: 'extracts features on GPUs without CUDA',
    needed: false,
    advice: 'It takes a GPU whose driver has Vulkan (on Linux with libvulkan.so.1), Metal or Direct3D 12.',
    inference: (threads) => onnxruntimeEngine({ threads, provider: 'webgpu', precision: 'float32' }),
  },
  'onnxruntime-cuda': {
    usedFor: 'extracts features on NVIDIA GPUs',
    needed: false,
    advice: CUDA_LIBRARIES,
    inference: (threads) => onnxruntimeEngine({ threads, provider: 'cuda', precision: 'float32' }),
  },
  'onnxruntime-tensorrt': {
    usedFor: 'extracts features on NVIDIA GPUs with TensorRT',
    needed: false,
    advice: `${CUDA_LIBRARIES} TensorRT 10 itself comes from NVIDIA.`,
    inference: (threads) => onnxruntimeEngine({ threads, provider: 'tensorrt', precision: 'float32' }),
  },
} as const satisfies Record<string, EngineEntry>

export type EngineId = keyof typeof ENGINES
export const ENGINE_IDS = Object.keys(ENGINES) as EngineId[]

export function engineEntry(id: EngineId): EngineEntry {
  return ENGINES[id]
}
