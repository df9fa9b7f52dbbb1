import { describeTrainingEngine } from '../training-engine.suite.ts'
import { wasmTrainingEngine } from './training-engine.ts'

describeTrainingEngine('wasm', wasmTrainingEngine, {
  steps: {
    'feature-extraction': 6,
    'partial-fine-tuning': 6,
    'full-fine-tuning, moving statistics': 2,
    'full-fine-tuning, batch statistics': 1,
  },
})
