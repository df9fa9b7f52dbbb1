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
    says: `TensorFlow is not set up (${probe.why}), so WebAssembly trains, several times slower: "whippet setup tensorflow" helps.`,
  }
}
