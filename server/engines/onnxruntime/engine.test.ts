import { describeInferenceEngine } from '../inference-engine.suite.ts'
import { onnxruntimeEngine } from './engine.ts'

describeInferenceEngine('onnxruntime with one thread', () => onnxruntimeEngine({ threads: 1 }))
describeInferenceEngine('onnxruntime with two threads', () => onnxruntimeEngine({ threads: 2 }))
