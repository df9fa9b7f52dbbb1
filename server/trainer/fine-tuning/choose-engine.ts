import { tensorflowEngine } from '../../engines/tensorflow/engine.ts'
import type { TrainingDevice } from '../../engines/training-engine.ts'
import { wasmTrainingEngine } from '../../engines/wasm/training-engine.ts'

export type ChosenEngine = {
  readonly device: TrainingDevice
  /** What people should know of the choice. */
  readonly says?: string
}

/** TensorFlow where it is set up, else WebAssembly, which every install has. */
export async function chooseTrainingEngine(): Promise<ChosenEngine> {
  const tensorflow = tensorflowEngine()
  const probe = await tensorflow.probe()
  if (probe.available) return { device: await tensorflow.open() }
  return {
    device: await wasmTrainingEngine().open(),
    says: `${probe.why.replace(/\.$/, '')}. WebAssembly trains instead: to the same end, several times slower.`,
  }
}
