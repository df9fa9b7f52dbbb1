import { whyNoWebgpu } from '../../../e2e/setup/software-gpu.ts'
import { describeTrainingEngine } from '../training-engine.suite.ts'
import { webgpuTrainingEngine } from './training-engine.ts'

// In software a step of a whole network takes minutes. `npm run parity -- --all` runs whole networks forward.
describeTrainingEngine('webgpu', webgpuTrainingEngine, {
  absent: await whyNoWebgpu(webgpuTrainingEngine()),
  wholeNetworks: false,
  lastStep: process.env.WHIPPET_ALL === '1' ? 201 : 81,
})
