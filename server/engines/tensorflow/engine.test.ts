import { describeTrainingEngine } from '../training-engine.suite.ts'
import { tensorflowEngine } from './engine.ts'

const probe = await tensorflowEngine().probe()

describeTrainingEngine('tensorflow', tensorflowEngine, {
  absent: probe.available ? undefined : probe.why,
})
