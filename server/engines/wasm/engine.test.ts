import { describeInferenceEngine } from '../inference-engine.suite.ts'
import { wasmEngine } from './engine.ts'

describeInferenceEngine('wasm', wasmEngine)
